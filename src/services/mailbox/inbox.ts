/**
 * The inboxes of a node on its disk. A mail is taken once, whoever hands it over and however often: what says so is
 * written together with the mail.
 */
import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type InboxRecord, InboxRecordSchema, SeenRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import type { MailWords } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { LocalError } from '../../base/errors.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { LogEntry, ReadOptions, Store, Write } from '../../store/store.ts';
import { InTurn } from './in-turn.ts';
import { AGENTS, cursorOf, inboxLog, SEEN, seenKey, UNREAD, unreadKey, unreadOf } from './keys.ts';
import { MAX_INBOX_BYTES, MAX_INBOX_COUNT, MAX_INBOXES, MAX_UNREAD_COUNTED } from './limits.ts';
import { agentUnknown, idConflict, inboxFull, tooMuchUnread } from './problems.ts';
import { bytesOf, UnreadBytes } from './unread-bytes.ts';

/** The inbox of all who work on the node. */
export const NODE_INBOX = '';

/** A mail that somebody hands over. */
export interface NewMail {
  readonly senderId: Uint8Array;
  /** Keys that the sender had before: what came under one of them is not taken again. */
  readonly formerIds?: readonly Uint8Array[];
  readonly messageId: Uint8Array;
  readonly words: MailWords;
  /** The exact bytes that the sender sealed: the same id with others is a conflict. */
  readonly letter: Uint8Array;
  /** In milliseconds since 1970. */
  readonly expireMs: number;
  /** Who sends it, if it is somebody on this node. */
  readonly sender?: Principal;
}

/** `undefined` if it is in the inbox, now or since before. */
export type Taken = LocalError | undefined;

/** What is written together with mail, once it is known what is taken. */
export type Beside = (taken: readonly Taken[]) => readonly Write[];

/** A mail in an inbox. */
export interface Kept {
  readonly agent: string;
  readonly cursor: number;
  readonly timeMs: number;
  readonly record: InboxRecord;
}

interface Amount {
  count: number;
  bytes: number;
}

interface Fill extends Amount {
  last: number;
}

export interface InboxesParts {
  readonly store: Store;
  /** Agents that work here, beside those that once asked for their mail. */
  readonly isAgent: (agent: string) => boolean;
  /** Bytes of its words that the sender of a mail may have unread in all inboxes here; none if absent. */
  readonly quotaOf?: (mail: NewMail) => number | undefined;
  /** Whether this is a key of this node; needed with `quotaOf`. */
  readonly isOwn?: (nodeId: Uint8Array) => boolean;
}

const NOTHING = new Uint8Array(0);

/** A clock that is put back must not make an expired mail young again after its id was forgotten. */
const FORGET_AFTER_MS = 2 * 24 * 60 * 60 * 1000;

export class Inboxes {
  /** Marked with the agent whose inbox has changed. */
  readonly changes = new Broadcast<string>();
  readonly #store: Store;
  readonly #isAgent: (agent: string) => boolean;
  readonly #agents: Set<string>;
  readonly #fills = new Map<string, Fill>();
  readonly #turn = new InTurn();
  readonly #quotaOf: (mail: NewMail) => number | undefined;
  readonly #unread: UnreadBytes;

  private constructor(parts: InboxesParts, agents: Set<string>) {
    const { store, isAgent, quotaOf = () => undefined, isOwn = () => false } = parts;
    this.#store = store;
    this.#isAgent = isAgent;
    this.#quotaOf = quotaOf;
    this.#unread = new UnreadBytes(store, isOwn);
    this.#agents = agents;
  }

  static async open(parts: InboxesParts): Promise<Inboxes> {
    const rows = await parts.store.table(AGENTS).list({ limit: MAX_INBOXES });
    return new Inboxes(parts, new Set(rows.map(({ key }) => key)));
  }

  /** Whether mail for this agent is taken. */
  has(agent: string): boolean {
    return agent === NODE_INBOX || this.#agents.has(agent) || this.#isAgent(agent);
  }

  /** The agent asks for its mail: from now on it has an inbox, whether it is here or not. */
  async enter(agent: string): Promise<void> {
    if (agent === NODE_INBOX || this.#agents.has(agent) || this.#agents.size >= MAX_INBOXES) return;
    await this.#store.table(AGENTS).put(agent, NOTHING);
    this.#agents.add(agent);
  }

  /** The agents that have an inbox, but for the node's. */
  agents(): string[] {
    return [...this.#agents];
  }

  /**
   * Takes what is new, in this order. `beside` says what is written together with it, once it is known what is taken.
   * What was taken is on the disk when it resolves; if it rejects, nothing is; nor if it resolves to `undefined`, because
   * a version in `beside` did not match.
   */
  take(mails: readonly NewMail[], beside: Beside = () => []): Promise<Taken[] | undefined> {
    return this.#turn.run(() => this.#take(mails, beside));
  }

  async #take(mails: readonly NewMail[], beside: Beside): Promise<Taken[] | undefined> {
    const values = mails.map((mail) => encodeMessage(InboxRecordSchema, recordOf(mail)));
    for (const [agent, coming] of comingTo(mails, values)) await this.#load(agent, coming);
    const known = await Promise.all(mails.map((mail) => this.#fingerprintOf(mail)));
    const quotas = mails.map(this.#quotaOf);
    if (quotas.some((quota) => quota !== undefined)) await this.#unread.load();
    const writes: Write[] = [];
    const changed = new Map<string, Fill>();
    const inThisTurn = new Map<string, Uint8Array>();
    const isNew: NewMail[] = [];
    const taken = mails.map((mail, index): Taken => {
      const key = seenKey(mail.senderId, mail.messageId);
      const print = fingerprint(mail.letter);
      const before = known[index] ?? inThisTurn.get(key);
      if (before) return equalBytes(before, print) ? undefined : idConflict();
      const { toAgent } = mail.words;
      if (!this.has(toAgent)) return agentUnknown(toAgent);
      const value = values[index] as Uint8Array;
      const fill = changed.get(toAgent) ?? { ...this.#fillOf(toAgent) };
      if (!hasRoom(fill, { count: 1, bytes: value.length })) return inboxFull();
      const quota = quotas[index];
      if (quota !== undefined && this.#unread.of(mail) + bytesOf(mail) > quota) return tooMuchUnread(quota);
      fill.last++;
      fill.count++;
      fill.bytes += value.length;
      changed.set(toAgent, fill);
      inThisTurn.set(key, print);
      isNew.push(mail);
      this.#unread.add([mail]);
      writes.push(
        { op: 'put', table: SEEN, key, value: seenRow(print, mail.expireMs) },
        { op: 'append', log: inboxLog(toAgent), value },
        { op: 'put', table: UNREAD, key: unreadKey(toAgent, fill.last), value: NOTHING },
      );
      return undefined;
    });
    writes.push(...beside(taken));
    let isWritten = writes.length === 0;
    try {
      isWritten ||= await this.#write(writes, changed);
    } finally {
      if (!isWritten) this.#unread.remove(isNew);
    }
    if (!isWritten) return undefined;
    for (const agent of changed.keys()) this.changes.changed(agent);
    return taken;
  }

  async #write(writes: readonly Write[], changed: ReadonlyMap<string, Fill>): Promise<boolean> {
    try {
      if ((await this.#store.write(writes)) === undefined) return false;
    } catch (error) {
      // What is known of these logs may be wrong now; the next turn asks the disk.
      for (const agent of changed.keys()) this.#fills.delete(agent);
      throw error;
    }
    for (const [agent, fill] of changed) this.#fills.set(agent, fill);
    return true;
  }

  /** The fingerprint under which a mail with this id was taken. */
  async #fingerprintOf({ senderId, formerIds = [], messageId }: NewMail): Promise<Uint8Array | undefined> {
    for (const id of [senderId, ...formerIds]) {
      const row = await this.#store.table(SEEN).get(seenKey(id, messageId));
      if (row) return decodeMessage(SeenRecordSchema, row.value).fingerprint;
    }
    return undefined;
  }

  #fillOf(agent: string): Fill {
    return this.#fills.get(agent) ?? { last: 0, count: 0, bytes: 0 };
  }

  /** Learns how full an inbox is, and makes room in one that has none for what comes. */
  async #load(agent: string, coming: Amount): Promise<void> {
    const known = this.#fills.get(agent) ?? (await this.#measure(agent));
    if (hasRoom(known, coming)) return;
    await this.#forgetRead(agent);
    await this.#measure(agent);
  }

  async #measure(agent: string): Promise<Fill> {
    const { last, count, bytes } = await this.#store.log(inboxLog(agent)).extent();
    const fill = { last, count, bytes };
    this.#fills.set(agent, fill);
    return fill;
  }

  /** Forgets the oldest that were read, a quarter of all at most: what is unread stays, and all behind it. */
  async #forgetRead(agent: string): Promise<void> {
    const log = this.#store.log(inboxLog(agent));
    const { first, last, count } = await log.extent();
    const [unread] = await this.#store.table(UNREAD).list({ prefix: unreadOf(agent), limit: 1 });
    const firstUnread = unread ? cursorOf(unread.key) : last + 1;
    await log.trim(Math.min(firstUnread - 1, first + Math.ceil(count / 4)));
  }

  /** Mail of one inbox. */
  async read(agent: string, options: ReadOptions): Promise<Kept[]> {
    const entries = await this.#store.log(inboxLog(agent)).read(options);
    return entries.map((entry) => keptOf(agent, entry));
  }

  async get(agent: string, cursor: number): Promise<Kept | undefined> {
    const [kept] = await this.read(agent, { after: cursor - 1, limit: 1 });
    return kept?.cursor === cursor ? kept : undefined;
  }

  /** The last cursor given. */
  async last(agent: string): Promise<number> {
    return (await this.#store.log(inboxLog(agent)).extent()).last;
  }

  async isUnread(agent: string, cursor: number): Promise<boolean> {
    return (await this.#store.table(UNREAD).get(unreadKey(agent, cursor))) !== undefined;
  }

  /** The cursors of what is unread, oldest first; at most as many as are counted. */
  async unread(agent: string): Promise<number[]> {
    const rows = await this.#store.table(UNREAD).list({ prefix: unreadOf(agent), limit: MAX_UNREAD_COUNTED });
    return rows.map(({ key }) => cursorOf(key));
  }

  /**
   * Marks mail as read. Resolves to what was unread. `beside` says what is written together with it.
   */
  markRead(
    agent: string,
    cursors: readonly number[],
    beside: (read: readonly Kept[]) => readonly Write[],
  ): Promise<Kept[]> {
    return this.#turn.run(async () => {
      const read: Kept[] = [];
      for (const cursor of new Set(cursors)) {
        if (!(await this.isUnread(agent, cursor))) continue;
        const kept = await this.get(agent, cursor);
        if (kept) read.push(kept);
      }
      const deletes = read.map(({ cursor }): Write => ({ op: 'delete', table: UNREAD, key: unreadKey(agent, cursor) }));
      if (read.length > 0) await this.#store.write([...deletes, ...beside(read)]);
      this.#unread.remove(read.map(({ record }) => record));
      this.changes.changed(agent);
      return read;
    });
  }

  /** Forgets ids of mail that has expired: handed over again, it is refused for that. */
  async sweep(nowMs: number): Promise<void> {
    const table = this.#store.table(SEEN);
    for (let after = ''; ; ) {
      const rows = await table.list({ ...(after && { after }), limit: 1_000 });
      const over = rows.filter(({ value }) => forgetMs(value) <= nowMs);
      await this.#store.write(over.map(({ key }) => ({ op: 'delete', table: SEEN, key })));
      if (rows.length < 1_000) return;
      after = rows.at(-1)?.key ?? '';
    }
  }
}

/** How much comes to each inbox. */
function comingTo(mails: readonly NewMail[], values: readonly Uint8Array[]): Map<string, Amount> {
  const all = new Map<string, Amount>();
  for (const [index, { words }] of mails.entries()) {
    const { count, bytes } = all.get(words.toAgent) ?? { count: 0, bytes: 0 };
    all.set(words.toAgent, { count: count + 1, bytes: bytes + (values[index]?.length ?? 0) });
  }
  return all;
}

function hasRoom(fill: Amount, { count, bytes }: Amount): boolean {
  return fill.count + count <= MAX_INBOX_COUNT && fill.bytes + bytes <= MAX_INBOX_BYTES;
}

function recordOf({ senderId, messageId, words }: NewMail): InboxRecord {
  return create(InboxRecordSchema, { senderId, messageId, words });
}

function keptOf(agent: string, { cursor, timeMs, value }: LogEntry): Kept {
  return { agent, cursor, timeMs, record: decodeMessage(InboxRecordSchema, value) };
}

function seenRow(print: Uint8Array, expireMs: number): Uint8Array {
  return encodeMessage(
    SeenRecordSchema,
    create(SeenRecordSchema, { fingerprint: print, forgetTime: timestampFromMs(expireMs + FORGET_AFTER_MS) }),
  );
}

function forgetMs(value: Uint8Array): number {
  return Number(decodeMessage(SeenRecordSchema, value).forgetTime?.seconds ?? 0n) * 1_000;
}

export function fingerprint(letter: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(letter).digest());
}
