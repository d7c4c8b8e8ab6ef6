/** Pages of an inbox, and one mail by its id. */
import { equalBytes, toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { type Inboxes, type Kept, NODE_INBOX } from './inbox.ts';
import { PAGE_BYTES } from './limits.ts';
import { mailAmbiguous, mailUnknown } from './problems.ts';
import { isEcho, type Place } from './reader.ts';

export interface Listed {
  readonly kept: Kept;
  readonly unread: boolean;
}

interface PageOptions {
  readonly agent: string;
  readonly isUnreadOnly: boolean;
  readonly size: number;
  readonly token: string;
  readonly isOwn: (nodeId: Uint8Array) => boolean;
}

/** Candidates of an id that is too short. */
const MAX_CANDIDATES = 10;

/** The two inboxes of an agent as one, newest first. */
export async function listMail(inboxes: Inboxes, options: PageOptions): Promise<{ mails: Listed[]; next: string }> {
  const { size, token, isUnreadOnly } = options;
  const before = readToken(token);
  const mails: Listed[] = [];
  let bytes = 0;
  let place = before;
  for await (const { kept, place: after } of newestFirst(inboxes, options.agent, before)) {
    if (mails.length >= size || bytes > PAGE_BYTES) return { mails, next: writeToken(place) };
    place = after;
    if (isEcho(kept, options.agent, options.isOwn)) continue;
    const unread = await inboxes.isUnread(kept.agent, kept.cursor);
    if (isUnreadOnly && !unread) continue;
    mails.push({ kept, unread });
    bytes += kept.record.words?.text.length ?? 0;
  }
  return { mails, next: '' };
}

/** The mail with this id, or with the only one that ends so. Throws `MAIL_UNKNOWN` or `MAIL_AMBIGUOUS`. */
export async function findMail(inboxes: Inboxes, agent: string, id: string): Promise<Listed> {
  const found: Kept[] = [];
  for await (const { kept } of newestFirst(inboxes, agent, undefined)) {
    if (toHex(kept.record.messageId).endsWith(id)) found.push(kept);
    if (found.length === MAX_CANDIDATES) break;
  }
  const [kept] = found;
  if (!kept) throw mailUnknown();
  const others = found.filter(({ record }) => !equalBytes(record.messageId, kept.record.messageId));
  if (others.length > 0) throw mailAmbiguous(found.map(({ record }) => toHex(record.messageId)));
  return { kept, unread: await inboxes.isUnread(kept.agent, kept.cursor) };
}

/** With each, where the page after it begins. */
async function* newestFirst(
  inboxes: Inboxes,
  agent: string,
  before: Place | undefined,
): AsyncGenerator<{ kept: Kept; place: Place }> {
  const node = backwards(inboxes, NODE_INBOX, before?.node);
  const own = backwards(inboxes, agent, before?.own);
  const place = { own: before?.own ?? Number.MAX_SAFE_INTEGER, node: before?.node ?? Number.MAX_SAFE_INTEGER };
  let [mine, ours] = await Promise.all([own.next(), node.next()]);
  for (;;) {
    const left = mine.done === true ? undefined : mine.value;
    const right = ours.done === true ? undefined : ours.value;
    if (!left && !right) return;
    if (left && (!right || left.timeMs >= right.timeMs)) {
      place.own = left.cursor;
      yield { kept: left, place: { ...place } };
      mine = await own.next();
    } else if (right) {
      place.node = right.cursor;
      yield { kept: right, place: { ...place } };
      ours = await node.next();
    }
  }
}

async function* backwards(
  inboxes: Inboxes,
  agent: string,
  before: number | undefined,
): AsyncGenerator<Kept, undefined> {
  for (let end = before; ; ) {
    const bound = end === undefined || end === Number.MAX_SAFE_INTEGER ? {} : { before: end };
    const page = await inboxes.read(agent, { newestFirst: true, limit: 200, ...bound });
    yield* page;
    end = page.at(-1)?.cursor;
    if (end === undefined) return undefined;
  }
}

function writeToken(place: Place | undefined): string {
  return place ? `${place.own}.${place.node}` : '';
}

function readToken(token: string): Place | undefined {
  if (token === '') return undefined;
  const [, own, node] = /^(\d{1,16})\.(\d{1,16})$/.exec(token) ?? [];
  if (own !== undefined && node !== undefined) return { own: Number(own), node: Number(node) };
  throw new LocalError('PAGE_TOKEN_INVALID', 'this page token is none', { help: 'begin with the first page' });
}
