/**
 * A stream of the mail that one agent sees: its own inbox and the node's. What its status does not allow to be told now is
 * held back, and told when it does.
 */
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { type Inboxes, type Kept, NODE_INBOX } from './inbox.ts';
import { MAX_HELD_BACK } from './limits.ts';

/** What an agent does, as far as it says so. */
export type Availability = 'idle' | 'working' | 'do-not-disturb';

/** Places in the two inboxes. */
export interface Place {
  readonly own: number;
  readonly node: number;
}

export type ReaderEvent =
  | { readonly kind: 'mail'; readonly kept: Kept; readonly resumeAfter: Place }
  | { readonly kind: 'synced'; readonly heldCount: number; readonly resumeAfter: Place };

export interface ReaderParts {
  readonly inboxes: Inboxes;
  /** Whether this key is this node's, or was. */
  readonly isOwn: (nodeId: Uint8Array) => boolean;
  readonly availabilityOf: (agent: string) => Availability;
  /** Marked with an agent when it does something else. */
  readonly statusChanges?: { watch(signal: AbortSignal): AsyncIterable<string> } | undefined;
}

export interface ReadMail {
  readonly agent: string;
  /** If absent, only what comes from now on. */
  readonly after?: Place | undefined;
  readonly isUnreadOnly: boolean;
}

/** Whether an agent that does this is told of such mail now. */
export function isAllowed(priority: MailPriority, availability: Availability): boolean {
  if (priority === MailPriority.NOW || availability === 'idle') return true;
  return availability === 'working' && priority !== MailPriority.LOW;
}

/** Whether an agent sent this itself, to many of whom it is one. */
export function isEcho({ agent, record }: Kept, reader: string, isOwn: (nodeId: Uint8Array) => boolean): boolean {
  return agent === NODE_INBOX && record.words?.fromAgent === reader && isOwn(record.senderId);
}

/** Runs until the signal aborts. */
export async function* readMail(
  parts: ReaderParts,
  request: ReadMail,
  signal: AbortSignal,
): AsyncGenerator<ReaderEvent> {
  const { inboxes, statusChanges } = parts;
  const marks = merge([inboxes.changes.watch(signal), ...(statusChanges ? [statusChanges.watch(signal)] : [])], signal);
  const sources = await openSources(parts, request);
  const resumeAfter = () => ({ own: sources[0].resumeAfter, node: sources[1].resumeAfter });
  let isSynced = false;
  do {
    for (const source of sources) {
      for await (const kept of source.next()) yield { kind: 'mail', kept, resumeAfter: resumeAfter() };
    }
    if (isSynced) continue;
    isSynced = true;
    const heldCount = sources.reduce((sum, source) => sum + source.heldCount, 0);
    yield { kind: 'synced', heldCount, resumeAfter: resumeAfter() };
  } while (await marks());
}

async function openSources(parts: ReaderParts, request: ReadMail): Promise<[Source, Source]> {
  const { agent, after } = request;
  // A place in the future is of a time that a backup has taken back: what comes now is new.
  const own = Math.min(after?.own ?? Number.POSITIVE_INFINITY, await parts.inboxes.last(agent));
  const node = Math.min(after?.node ?? Number.POSITIVE_INFINITY, await parts.inboxes.last(NODE_INBOX));
  return [new Source(parts, request, agent, own), new Source(parts, request, NODE_INBOX, node)];
}

/** One inbox, read from a cursor on. */
class Source {
  readonly #parts: ReaderParts;
  readonly #request: ReadMail;
  readonly #inbox: string;
  #seen: number;
  /** Cursors of what is held back, oldest first. */
  #held: number[] = [];

  constructor(parts: ReaderParts, request: ReadMail, inbox: string, after: number) {
    this.#parts = parts;
    this.#request = request;
    this.#inbox = inbox;
    this.#seen = after;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Up to here everything was told. */
  get resumeAfter(): number {
    const [first] = this.#held;
    return first === undefined ? this.#seen : first - 1;
  }

  /** What may be told now: first what was held back, then what is new. */
  async *next(): AsyncGenerator<Kept> {
    yield* this.#released();
    while (this.#held.length < MAX_HELD_BACK) {
      const page = await this.#parts.inboxes.read(this.#inbox, { after: this.#seen });
      if (page.length === 0) return;
      for (const kept of page) {
        this.#seen = kept.cursor;
        if (!(await this.#isWanted(kept))) continue;
        if (this.#mayTell(kept)) yield kept;
        else this.#held.push(kept.cursor);
      }
    }
  }

  async *#released(): AsyncGenerator<Kept> {
    const held = this.#held;
    this.#held = [];
    for (const [index, cursor] of held.entries()) {
      const kept = await this.#parts.inboxes.get(this.#inbox, cursor);
      if (!kept || (this.#request.isUnreadOnly && !(await this.#parts.inboxes.isUnread(this.#inbox, cursor)))) continue;
      if (!this.#mayTell(kept)) {
        this.#held.push(cursor);
        continue;
      }
      // Whoever stops reading here goes on with this one and the rest.
      const told = this.#held;
      this.#held = [...told, ...held.slice(index + 1)];
      yield kept;
      this.#held = told;
    }
  }

  #mayTell({ record }: Kept): boolean {
    return isAllowed(record.words?.priority ?? MailPriority.NEXT, this.#parts.availabilityOf(this.#request.agent));
  }

  async #isWanted(kept: Kept): Promise<boolean> {
    if (isEcho(kept, this.#request.agent, this.#parts.isOwn)) return false;
    return !this.#request.isUnreadOnly || this.#parts.inboxes.isUnread(this.#inbox, kept.cursor);
  }
}

/** Waits for a mark of any of the streams: resolves to whether there was one, and not the end. */
function merge(streams: readonly AsyncIterable<string>[], signal: AbortSignal): () => Promise<boolean> {
  let isMarked = false;
  let isOver = signal.aborted;
  let wake: (() => void) | undefined;
  const follow = async (stream: AsyncIterable<string>) => {
    for await (const _ of stream) {
      isMarked = true;
      wake?.();
    }
    isOver = true;
    wake?.();
  };
  for (const stream of streams) void follow(stream);
  return async () => {
    if (!isMarked && !isOver) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    isMarked = false;
    return !isOver;
  };
}
