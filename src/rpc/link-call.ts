import { Code, ConnectError } from '@connectrpc/connect';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Link, Metadata, OpenOptions, OutgoingStream, StreamEvents, StreamStatus } from '../link/link.ts';
import { watchLimits } from './call-limits.ts';
import { failure } from './failure.ts';
import { type HeaderInit, metadataOf, toHeaders } from './metadata.ts';
import type { HeaderSource } from './responses.ts';
import { errorOf } from './status.ts';

/** A link, or how to get one when a call needs it. */
export type LinkSource = Link | (() => Link | Promise<Link>);

/** What every call is given. */
export interface LinkCallOptions {
  /** "towline.v1.ToolService/CallTool". */
  readonly method: string;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly header: HeaderInit;
}

const NO_METADATA: readonly Metadata[] = [];
/** The longest deadline that fits its field: 49 days. */
const MAX_TIMEOUT_MS = 2 ** 32 - 1;

/**
 * The caller's side of one call over a link: waits for the link, watches signal and deadline, and ends once. What the
 * call does with messages is its heir's.
 */
export abstract class LinkCall implements StreamEvents, HeaderSource {
  readonly #call: LinkCallOptions;
  #deadlineMs: number | undefined;
  #release: (() => void) | undefined;
  #headers: readonly Metadata[] = NO_METADATA;
  #trailers: readonly Metadata[] = NO_METADATA;
  #headerRead: Headers | undefined;
  #trailerRead: Headers | undefined;
  #over = false;
  protected stream: OutgoingStream | undefined;

  constructor(call: LinkCallOptions) {
    this.#call = call;
  }

  protected get over(): boolean {
    return this.#over;
  }

  get responseHeader(): Headers {
    this.#headerRead ??= toHeaders(this.#headers);
    return this.#headerRead;
  }

  get responseTrailer(): Headers {
    this.#trailerRead ??= toHeaders(this.#trailers);
    return this.#trailerRead;
  }

  /** Opens the call when there is a link; not at all if the call is over by then. */
  open(source: LinkSource, first: Pick<OpenOptions, 'data' | 'halfClose'>): void {
    const { signal, timeoutMs } = this.#call;
    if (timeoutMs !== undefined) this.#deadlineMs = performance.now() + timeoutMs;
    this.#release = watchLimits(signal, timeoutMs, (error) => this.giveUp(error));
    if (this.#over) return;
    if (typeof source !== 'function') {
      this.#openOn(source, first);
      return;
    }
    Promise.resolve()
      .then(source)
      .then((link) => this.#openOn(link, first))
      .catch((error: unknown) => this.#end(unreachable(error)));
  }

  #openOn(link: Link, first: Pick<OpenOptions, 'data' | 'halfClose'>): void {
    if (this.#over) return;
    const { method, header } = this.#call;
    try {
      const metadata = metadataOf(header);
      this.stream = link.open(method, this, { ...first, metadata, timeoutMs: this.#leftMs() });
      this.opened(this.stream);
    } catch (error) {
      this.#end(unreachable(error));
    }
  }

  /** What is left of the deadline, in whole milliseconds and at least one. */
  #leftMs(): number | undefined {
    if (this.#deadlineMs === undefined) return undefined;
    return Math.min(Math.max(Math.ceil(this.#deadlineMs - performance.now()), 1), MAX_TIMEOUT_MS);
  }

  onHeaders(metadata: readonly Metadata[]): void {
    this.#headers = metadata;
  }

  abstract onMessage(data: Uint8Array): void;

  onEnd(status: StreamStatus): void {
    this.#trailers = status.trailers;
    const error = errorOf(status);
    if (error) for (const [name, value] of this.responseHeader) error.metadata.append(name, value);
    this.#end(error);
  }

  /** Ends the call from this side; the other side is told. */
  giveUp(error: ConnectError): void {
    if (this.#over) return;
    this.stream?.cancel(error.code === Code.DeadlineExceeded ? Code.DeadlineExceeded : Code.Canceled);
    this.#end(error, true);
  }

  #end(error: ConnectError | undefined, gaveUp = false): void {
    if (this.#over) return;
    this.#over = true;
    this.#release?.();
    this.ended(error, gaveUp);
  }

  /** The stream is open: a caller that has more to send begins now. */
  protected opened(_stream: OutgoingStream): void {}

  /** The call is over. `gaveUp`: this side ended it, so what has arrived is not wanted any more. */
  protected abstract ended(error: ConnectError | undefined, gaveUp: boolean): void;
}

/** No link could be had: nothing was sent. */
function unreachable(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (!(error instanceof LocalError))
    return failure(Code.Unavailable, 'LINK_FAILED', messageOf(error), { cause: error });
  const { reason, message, help, metadata } = error;
  return failure(Code.Unavailable, reason, message, { help, metadata, cause: error });
}
