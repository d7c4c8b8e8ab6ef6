/** A channel over the standard input and output of a child: one message a line. */
import type { Log } from '../../../base/log.ts';
import { oneLine } from '../wire.ts';
import type { Channel, ChannelEvents, OutgoingRequest } from './channel.ts';
import { ChildGroup } from './child-group.ts';
import { childEnvironment } from './environment.ts';
import { outcomeUnknown, resultNotJson, resultTooLarge, upstreamDown } from './failures.ts';
import { idAtTheEdges, readIncoming } from './incoming.ts';
import { maxMessageBytes, maxStderrBytes, maxUnsentBytes } from './limits.ts';
import { LineReader } from './lines.ts';
import type { ResolvedOptions } from './options.ts';
import type { StdioSpec } from './spec.ts';
import { TextRing } from './text-ring.ts';

/** Starts the child. `stderr` outlives it, so that the reason of a death can be read. */
export async function openStdio(
  spec: StdioSpec,
  options: ResolvedOptions,
  stderr: TextRing,
  events: ChannelEvents,
): Promise<Channel> {
  const env = await childEnvironment(spec, options.env, options.secrets);
  stderr.mark();
  const group = new ChildGroup(spec.command, spec.args, { cwd: spec.cwd, env, graceMs: options.stopGraceMs });
  return new StdioChannel(group, options.log, stderr, events);
}

export const newStderrRing = (): TextRing => new TextRing(maxStderrBytes);

class StdioChannel implements Channel {
  readonly shared = true;
  readonly #group: ChildGroup;
  readonly #log: Log;
  readonly #stderr: TextRing;
  readonly #events: ChannelEvents;
  #ended = false;
  #junkLines = 0;
  #unsent = '';

  constructor(group: ChildGroup, log: Log, stderr: TextRing, events: ChannelEvents) {
    this.#group = group;
    this.#log = log;
    this.#stderr = stderr;
    this.#events = events;
    this.#read();
    void group.ended.then((how) => this.#end(how));
  }

  request(request: OutgoingRequest): void {
    if (this.#ended) {
      this.#events.failed(request.id, upstreamDown('it has ended'));
    } else if (this.#group.child.stdin.writableLength + this.#unsent.length > maxUnsentBytes) {
      this.#events.failed(request.id, upstreamDown('it does not read its input'));
    } else {
      this.send(request.text);
    }
  }

  send(text: string): void {
    if (this.#unsent === '') setImmediate(() => this.#flush());
    this.#unsent += `${oneLine(text)}\n`;
  }

  /** All messages of one turn of the event loop leave in one write: half of the cost of a small call is the write. */
  #flush(): void {
    const { stdin } = this.#group.child;
    if (stdin.writable) stdin.write(this.#unsent);
    this.#unsent = '';
  }

  /** A cancellation was told by a message; there is nothing else to free. */
  forget(): void {}

  /** Nothing of the framing depends on what was agreed. */
  agree(): void {}

  async close(): Promise<void> {
    this.#flush();
    await this.#group.stop();
  }

  #read(): void {
    const { stdin, stdout, stderr } = this.#group.child;
    const lines = new LineReader(
      { line: (line) => this.#onLine(line), tooLong: (head, tail) => this.#onTooLong(head, tail) },
      maxMessageBytes,
    );
    stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    stdout.on('end', () => lines.end());
    stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    // A pipe that breaks says no more than the exit that follows.
    for (const stream of [stdin, stdout, stderr]) stream.on('error', (error) => this.#log.debug(error.message));
  }

  #onLine(line: string): void {
    const incoming = readIncoming(line);
    if (incoming.kind === 'message') this.#events.message(incoming.message);
    else if (incoming.kind === 'broken') this.#events.failed(incoming.requestId, resultNotJson(incoming.why));
    else this.#onJunk(line);
  }

  #onTooLong(head: string, tail: string): void {
    const requestId = idAtTheEdges(head, tail);
    if (requestId === undefined) this.#onJunk(head);
    else this.#events.failed(requestId, resultTooLarge(maxMessageBytes));
  }

  /** Programs print banners and warnings where only messages belong. Their text is kept with the standard error. */
  #onJunk(line: string): void {
    this.#stderr.push(Buffer.from(`${line.slice(0, 1_000)}\n`));
    if (this.#junkLines++ === 0) this.#log.warn('the upstream prints lines that are no messages');
  }

  #end(how: string): void {
    this.#ended = true;
    if (this.#junkLines > 0) this.#log.info('lines that were no messages', { count: this.#junkLines });
    this.#events.ended(this.#group.child.pid === undefined ? upstreamDown(how) : outcomeUnknown(how));
  }
}
