/** A method as policies name it: "tools.call", "channels.send_message", "admin.get_status". */
import type { DescMethod } from '@bufbuild/protobuf';

/**
 * What keeps the mesh up, and is decided by keys and signatures alone: a policy that could refuse it would cut nodes off
 * without anybody having meant it. An approver, too, is named elsewhere, and by key.
 */
const UPKEEP: ReadonlySet<string> = new Set(['approver', 'instance', 'join', 'link', 'relay', 'roster', 'rotation']);

/** Lists that show what may be called: the rules of calling decide what is in them. */
const FILTERED: ReadonlySet<string> = new Set(['tools.list', 'tools.watch']);

/** Nouns of services that the owner needs to mend a policy. No rule binds the owner there. */
const OWNERS: ReadonlySet<string> = new Set(['admin', 'approvals', 'audit', 'policy']);

/** Nouns of which there is one. */
const SINGLE: ReadonlySet<string> = new Set(['admin', 'audit', 'memory', 'policy', 'presence', 'state']);

const OWN_PACKAGE = 'towline.v1.';

const known = new Map<DescMethod, string | undefined>();

/** The verb; `undefined` for methods that no policy is asked about. */
export function verbOf(method: DescMethod): string | undefined {
  if (known.has(method)) return known.get(method);
  const verb = makeVerb(method);
  known.set(method, verb);
  return verb;
}

/** Whether a rule may bind the owner in this. */
export function bindsOwner(verb: string): boolean {
  return !OWNERS.has(verb.slice(0, verb.indexOf('.')));
}

function makeVerb({ parent, name }: DescMethod): string | undefined {
  if (!parent.typeName.startsWith(OWN_PACKAGE)) return undefined;
  const noun = snake(parent.name.replace(/Service$/, ''));
  if (UPKEEP.has(noun)) return undefined;
  const words = snake(name).split('_');
  const own = pluralOf(noun);
  // "ListTools" of the tools is to list; "ListPeers" of the nodes stays what it is.
  const short = words.filter((word) => word !== noun && word !== own);
  if (short.length < words.length && short.at(-1) === 'to') short.pop(); // "SendToChannel" is to send
  const verb = `${SINGLE.has(noun) ? noun : own}.${(short.length > 0 ? short : words).join('_')}`;
  return FILTERED.has(verb) ? undefined : verb;
}

function pluralOf(noun: string): string {
  if (noun.endsWith('y')) return noun.replace(/y$/, 'ies');
  return noun.endsWith('x') ? `${noun}es` : `${noun}s`;
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
