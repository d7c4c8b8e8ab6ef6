/** A method as policies name it: "tool.call", "channel.send_message", "admin.get_status". */
import type { DescMethod } from '@bufbuild/protobuf';

/**
 * What keeps the mesh up, and is decided by keys and signatures alone: a policy that could refuse it would cut nodes off
 * without anybody having meant it.
 */
const UPKEEP: ReadonlySet<string> = new Set(['instance', 'join', 'link', 'relay', 'roster', 'rotation']);

/** Nouns of services that the owner needs to mend a policy. No rule binds the owner there. */
const OWNERS: ReadonlySet<string> = new Set(['admin', 'approval', 'audit', 'policy']);

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
  // "ListTools" of the tools is to list; "ListPeers" of the nodes stays what it is.
  const own = noun.split('_').at(-1) ?? noun;
  const short = words.filter((word) => !isNoun(word, own));
  return `${noun}.${(short.length > 0 ? short : words).join('_')}`;
}

function isNoun(word: string, noun: string): boolean {
  return word === noun || word === `${noun}s` || word === noun.replace(/y$/, 'ies');
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
