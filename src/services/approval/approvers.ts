/** Who may decide what, by the configuration and the keyring of the moment. */
import type { ApprovalAsker, ApprovalDecider, ApprovalVote } from '../../../gen/towline/v1/approval_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';

/** The configuration, with its defaults. Approvers are aliases, "@group", "token:NAME", or "self". */
export interface ApproverRules {
  readonly approvers: readonly string[];
  readonly required: readonly string[];
  readonly quorum: number;
  readonly waitMs: number;
}

/** What of the keyring and the tokens is asked. */
export interface Keys {
  /** The keys of an alias, or of "@group". */
  keysOf(name: string): readonly Uint8Array[];
  /** Whether a program has a token of this subject that lets it decide. */
  hasProgram(subject: string): boolean;
}

/** The owner of this node, in every list of approvers. */
export const SELF = 'self';

/** Before the subject of a program's token. No alias has a colon. */
export const TOKEN = 'token:';

export class Approvers {
  readonly #rules: () => ApproverRules;
  readonly #keys: Keys;

  constructor(rules: () => ApproverRules, keys: Keys) {
    this.#rules = rules;
    this.#keys = keys;
  }

  get waitMs(): number {
    return this.#rules().waitMs;
  }

  /** Whether they are named as an approver of anything. The owner may always say no, and so is one. */
  isApprover(decider: ApprovalDecider): boolean {
    return decider.name === SELF || this.#words().some((word) => this.#isMeant(word, decider));
  }

  /** Whether their yes counts for what `asker` asks. */
  mayApprove(decider: ApprovalDecider, asker: ApprovalAsker): boolean {
    return !isOwn(decider, asker) && this.#words().some((word) => this.#isMeant(word, decider));
  }

  /** The keys whose yes would count. */
  keysFor(asker: ApprovalAsker): Uint8Array[] {
    const keys = this.#words().flatMap((word) => (word === SELF ? [] : this.#keys.keysOf(word)));
    const distinct = [...new Map(keys.map((key) => [toHex(key), key])).values()];
    return distinct.filter((key) => !equalBytes(key, asker.nodeId));
  }

  /** Whether enough people exist, whether they are there or not, who could say yes. */
  canBeGranted(asker: ApprovalAsker): boolean {
    const keys = this.keysFor(asker);
    const named = [...new Set(this.#words())].filter((word) => this.#isOtherThan(asker, word));
    if (keys.length + named.length < this.#rules().quorum) return false;
    return this.#rules().required.every((word) => {
      if (word === SELF || word.startsWith(TOKEN)) return named.includes(word);
      return this.#keys.keysOf(word).some((key) => keys.some((other) => equalBytes(key, other)));
    });
  }

  /** Whose yes is missing: names, then how many more. Empty: it is granted. */
  missing(asker: ApprovalAsker, votes: readonly ApprovalVote[]): string[] {
    const yes = votes
      .filter(({ decision }) => decision?.answer.case === 'approve' || decision?.answer.case === 'always')
      .map(({ decider }) => decider as ApprovalDecider)
      .filter((decider) => this.mayApprove(decider, asker));
    const { required, quorum } = this.#rules();
    const names = required.filter((word) => !yes.some((decider) => this.#isMeant(word, decider)));
    const more = quorum - yes.length - names.length;
    return more > 0 ? [...names, `${more} more`] : names;
  }

  /** Whether the word names the owner or a program, who is there and does not ask. */
  #isOtherThan(asker: ApprovalAsker, word: string): boolean {
    if (word === SELF) return asker.kind !== 'owner';
    return word.startsWith(TOKEN) && word !== programWord(asker) && this.#keys.hasProgram(word.slice(TOKEN.length));
  }

  #words(): readonly string[] {
    const { approvers, required } = this.#rules();
    return [...(approvers.length > 0 ? approvers : [SELF]), ...required];
  }

  #isMeant(word: string, decider: ApprovalDecider): boolean {
    if (word === SELF || word.startsWith(TOKEN) || decider.name === SELF) return word === decider.name;
    return this.#keys.keysOf(word).some((key) => equalBytes(key, decider.nodeId));
  }
}

/**
 * Whether the decider is who asks: the same key, whichever of its agents; the same alias, for a key that has just
 * changed; the same program; the owner, for what the owner asks; the person in front of a session, for what that
 * session asks.
 */
export function isOwn(decider: ApprovalDecider, asker: ApprovalAsker): boolean {
  if (decider.name.startsWith(TOKEN)) return decider.name === programWord(asker);
  if (decider.name !== SELF) {
    return asker.kind === 'peer' && (asker.name === decider.name || equalBytes(asker.nodeId, decider.nodeId));
  }
  return asker.kind === 'owner' || (asker.kind === 'agent' && decider.agent !== '' && asker.name === decider.agent);
}

/** A program as approvers are named; nothing for others. */
function programWord({ kind, name }: ApprovalAsker): string | undefined {
  return kind === 'program' ? `${TOKEN}${name}` : undefined;
}

/** The same person, whichever agent's session they answered in. */
export function isSameDecider(left: ApprovalDecider, right: ApprovalDecider): boolean {
  return left.name === right.name && equalBytes(left.nodeId, right.nodeId);
}
