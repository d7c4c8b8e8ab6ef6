/** What peers ask of the owner of this node, who is their approver. Held while the link to them lasts; they decide what counts. */
import { type Approval, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { equalBytes, sha256, toHex } from '../../base/bytes.ts';
import { bindingOf } from './binding.ts';
import { MAX_ASKED_BY_PEER, VIEW_BYTES } from './limits.ts';

interface Held {
  readonly peer: Uint8Array;
  readonly approval: Approval;
  /** On the clock that nobody sets. */
  readonly takenMs: number;
}

export class AskedHere {
  /** By id and peer: no peer can take the place of another's question. */
  readonly #held = new Map<string, Held>();
  readonly #changes: Broadcast<string>;

  /** `changes` is told of keys that `find` knows, or knows no longer. */
  constructor(changes: Broadcast<string>) {
    this.#changes = changes;
  }

  /**
   * A peer, known here by that alias, tells of an approval. Returns whether it is shown: not if the peer speaks for another node, if what it shows is
   * not what it would have decided, or if it has too many.
   */
  take(peer: Uint8Array, alias: string, told: Approval): boolean {
    const approval = { ...told, node: alias };
    if (!equalBytes(approval.nodeId, peer) || !isWhatItSays(approval)) return false;
    const key = keyOf(approval.approvalId, peer);
    const known = this.#held.delete(key);
    if (!known && !this.#hasRoom(peer)) return false;
    this.#held.set(key, { peer, approval, takenMs: performance.now() });
    this.#changes.changed(key);
    return true;
  }

  /** It is not for the owner of this node any more. */
  remove(peer: Uint8Array, approvalId: Uint8Array): void {
    const key = keyOf(approvalId, peer);
    if (this.#held.delete(key)) this.#changes.changed(key);
  }

  /** The link to the peer was lost: nothing of it can be answered now. */
  lose(peer: Uint8Array): void {
    for (const { approval } of this.#of(peer)) this.remove(peer, approval.approvalId);
  }

  list(): Approval[] {
    return [...this.#held.values()].map(shown);
  }

  find(key: string): Approval | undefined {
    const held = this.#held.get(key);
    return held && shown(held);
  }

  /** Whose question an answer is to. */
  match(approvalId: Uint8Array, binding: Uint8Array): Approval | undefined {
    return this.list().find(
      (approval) => equalBytes(approval.approvalId, approvalId) && equalBytes(approval.binding, binding),
    );
  }

  #of(peer: Uint8Array): Held[] {
    return [...this.#held.values()].filter((held) => equalBytes(held.peer, peer));
  }

  /** What has ended makes room. */
  #hasRoom(peer: Uint8Array): boolean {
    const all = this.#of(peer);
    if (all.length < MAX_ASKED_BY_PEER) return true;
    const over = all.find(({ approval }) => approval.state !== ApprovalState.PENDING);
    if (over) this.remove(peer, over.approval.approvalId);
    return over !== undefined;
  }
}

/** The part of a key that is the approval's id, in hex. */
export function idIn(key: string): string {
  return key.split('/', 1)[0] ?? '';
}

function keyOf(approvalId: Uint8Array, peer: Uint8Array): string {
  return `${toHex(approvalId)}/${toHex(peer)}`;
}

/** Whether the binding is that of what is shown, and the shown arguments those that are bound. */
function isWhatItSays(approval: Approval): boolean {
  const { approvalId, argumentsText, argumentsTruncated, argumentsSha256, binding, state } = approval;
  if (approvalId.length !== 16 || Buffer.byteLength(argumentsText) > VIEW_BYTES) return false;
  const isWhole = argumentsTruncated || equalBytes(sha256(argumentsText), argumentsSha256);
  return state !== ApprovalState.UNSPECIFIED && isWhole && equalBytes(binding, bindingOf(approval));
}

function shown({ approval, takenMs }: Held): Approval {
  const remainingMs = Math.max(0, approval.remainingMs - Math.round(performance.now() - takenMs));
  return { ...approval, remainingMs };
}
