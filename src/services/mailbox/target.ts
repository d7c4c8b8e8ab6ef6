/** Whom a mail is for, as people write it. */
import { LocalError } from '../../base/errors.ts';
import { NODE_INBOX } from './inbox.ts';

/** A node that a target may mean. */
export interface KnownNode {
  readonly nodeId: Uint8Array;
  readonly alias: string;
  readonly groups: readonly string[];
}

/** Who can be meant, at the time of asking. */
export interface AddressBookView {
  /** This node itself; its alias is "self". */
  self(): KnownNode;
  peers(): readonly KnownNode[];
  /** The text of a node id: `did:key:z6Mk…`. */
  textOf(nodeId: Uint8Array): string;
  /** Whether this name is an agent of this node. */
  isAgentHere(name: string): boolean;
}

/** One end: a node, and the agent on it, or all who work on it. */
export interface Receiver {
  readonly node: KnownNode;
  readonly agent: string;
}

export type Target =
  | { readonly kind: 'receivers'; readonly receivers: readonly Receiver[] }
  | { readonly kind: 'channel'; readonly channel: string };

const AGENT_AT = /^([A-Za-z0-9._-]{1,64})@(.+)$/;
const AGENT = /^[A-Za-z0-9._-]{1,64}$/;
const HEX = /^[0-9a-f]+$/;
/** Fewer characters of an id are sooner a misspelt alias. */
const MIN_PREFIX = 8;
const DID = 'did:key:';

/** Throws TARGET_UNKNOWN, TARGET_AMBIGUOUS (its metadata lists the candidates) or TARGET_EMPTY. */
export function resolveTarget(text: string, book: AddressBookView): Target {
  if (text.startsWith('#')) return { kind: 'channel', channel: text.slice(1) };
  return { kind: 'receivers', receivers: receiversOf(text, book) };
}

function receiversOf(text: string, book: AddressBookView): Receiver[] {
  if (text === '*') return [book.self(), ...book.peers()].map(wholeNode);
  if (text.startsWith('@')) return groupOf(text.slice(1), book);
  const [, agent, at] = AGENT_AT.exec(text) ?? [];
  if (agent !== undefined && at !== undefined) return [{ node: nodeOf(at, text, book), agent }];
  return [nodeOrAgent(text, book)];
}

function groupOf(group: string, book: AddressBookView): Receiver[] {
  const members = book.peers().filter(({ groups }) => groups.includes(group));
  if (members.length === 0) throw emptyGroup(group);
  return [book.self(), ...members].map(wholeNode);
}

/** A bare word: an alias, an agent of this node, or the beginning of an id. What could be two of them is refused. */
function nodeOrAgent(text: string, book: AddressBookView): Receiver {
  const nodes = nodesOf(text, book).map((node) => ({ receiver: wholeNode(node), name: nameOf(node, text, book) }));
  const isAgent = AGENT.test(text) && book.isAgentHere(text);
  const agents = isAgent ? [{ receiver: { node: book.self(), agent: text }, name: `${text}@self` }] : [];
  const candidates = [...nodes, ...agents];
  const [only] = candidates;
  if (!only) throw unknown(text, book);
  if (candidates.length > 1)
    throw ambiguous(
      text,
      candidates.map(({ name }) => name),
    );
  return only.receiver;
}

function nodeOf(at: string, text: string, book: AddressBookView): KnownNode {
  const nodes = nodesOf(at, book);
  const [only] = nodes;
  if (!only) throw unknown(text, book);
  if (nodes.length > 1)
    throw ambiguous(
      text,
      nodes.map((node) => nameOf(node, at, book)),
    );
  return only;
}

/** An alias goes before what might be the beginning of another node's id. */
function nodesOf(text: string, book: AddressBookView): KnownNode[] {
  const all = [book.self(), ...book.peers()];
  const named = all.find(({ alias }) => alias === text);
  if (named) return [named];
  return all.filter((node) => isIdOf(text, node, book));
}

function isIdOf(text: string, { nodeId }: KnownNode, book: AddressBookView): boolean {
  const lower = text.toLowerCase();
  if (text.length < MIN_PREFIX) return false;
  if (HEX.test(lower) && Buffer.from(nodeId).toString('hex').startsWith(lower)) return true;
  const did = book.textOf(nodeId);
  // Every did:key of a node begins with these.
  if (text.startsWith(DID)) return text.length >= `${DID}z6Mk`.length + MIN_PREFIX && did.startsWith(text);
  return text.length >= 'z6Mk'.length + MIN_PREFIX && did.slice(DID.length).startsWith(text);
}

function wholeNode(node: KnownNode): Receiver {
  return { node, agent: NODE_INBOX };
}

/** A name that means this node and no other. */
function nameOf(node: KnownNode, typed: string, book: AddressBookView): string {
  return node.alias === typed ? node.alias : `${node.alias} (${book.textOf(node.nodeId)})`;
}

function unknown(text: string, book: AddressBookView): LocalError {
  const aliases = book.peers().map(({ alias }) => alias);
  const known = aliases.length > 0 && aliases.length <= 20 ? `; there are ${aliases.join(', ')}` : '';
  return new LocalError('TARGET_UNKNOWN', `"${text}" is no peer, no agent of this node and no node id${known}`, {
    help: 'see who is there with "towline peers"; an agent on another node is AGENT@ALIAS',
    metadata: { target: text },
  });
}

function ambiguous(text: string, candidates: readonly string[]): LocalError {
  return new LocalError('TARGET_AMBIGUOUS', `"${text}" may be ${candidates.join(' or ')}`, {
    help: 'write one of these: ALIAS for a node, AGENT@self for an agent of this one, or more of the id',
    metadata: { target: text, candidates: candidates.slice(0, 20).join('; ') },
  });
}

function emptyGroup(group: string): LocalError {
  return new LocalError('TARGET_EMPTY', `no peer is in the group "${group}"`, {
    help: 'see the groups of your peers with "towline peers"',
    metadata: { group },
  });
}
