/** Standing permissions: what an `always` leaves behind. They expire, can be listed and revoked, and die with their key. */
import { randomBytes } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type Approval,
  type ApprovalDecider,
  type ApprovalVote,
  type Grant,
  GrantSchema,
} from '../../../gen/towline/v1/approval_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import type { KeyedTable } from '../../store/store.ts';
import { askerKey } from './asker.ts';
import { MAX_GRANTS } from './limits.ts';
import { grantUnknown } from './problems.ts';

export interface GrantsOptions {
  readonly table: KeyedTable;
  /** Whether the keyring has the key now. */
  readonly isTrusted: (nodeId: Uint8Array) => boolean;
  readonly now?: () => number;
}

type Covered = Pick<Approval, 'asker' | 'verb' | 'tool' | 'resource'>;

export class Grants {
  readonly #options: GrantsOptions;
  readonly #byId = new Map<string, Grant>();
  readonly #byScope = new Map<string, Set<Grant>>();

  private constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** Forgets grants of keys that were removed while no node ran. */
  static async open(options: GrantsOptions): Promise<Grants> {
    const grants = new Grants(options);
    for (const { value } of await options.table.list({ limit: MAX_GRANTS }))
      grants.#add(fromBinary(GrantSchema, value));
    for (const grant of grants.list()) if (!grants.#isAlive(grant)) await grants.#drop(grant);
    return grants;
  }

  /** Those that count, the newest first. */
  list(): Grant[] {
    return [...this.#byId.values()].filter((grant) => !this.#isOver(grant)).reverse();
  }

  /** The grant that lets this run, counted as used. */
  use(approval: Approval): Grant | undefined {
    for (const grant of this.#byScope.get(scopeOf(approval)) ?? []) {
      const digest = grant.argumentsSha256;
      if (digest && !equalBytes(digest, approval.argumentsSha256)) continue;
      if (!this.#isAlive(grant)) continue;
      grant.useCount++;
      return grant;
    }
    return undefined;
  }

  /**
   * Writes what the votes for an approval ask for, if each of them says "always": the narrowest of their wishes. Throws
   * GRANTS_FULL.
   */
  async write(approval: Approval): Promise<Grant | undefined> {
    const wishes = approval.votes.flatMap(wishOf);
    const [first] = wishes;
    if (!first || wishes.length < yesCount(approval)) return undefined;
    await this.#sweep();
    if (this.#byId.size >= MAX_GRANTS) throw grantsFull();
    const nowMs = this.#now();
    const lifetimeMs = Math.min(...wishes.map(({ lifetimeMs: ms }) => ms));
    const grant = create(GrantSchema, {
      grantId: randomBytes(16),
      verb: approval.verb,
      resource: approval.resource,
      createTime: timestampFromMs(nowMs),
      expireTime: timestampFromMs(nowMs + lifetimeMs),
      deciders: wishes.map(({ decider }) => decider),
      approvalId: approval.approvalId,
      ...(approval.asker && { asker: approval.asker }),
      ...(approval.tool && { tool: approval.tool }),
      ...(wishes.some(({ sameArguments }) => sameArguments) && { argumentsSha256: approval.argumentsSha256 }),
    });
    await this.#options.table.put(toHex(grant.grantId), toBinary(GrantSchema, grant));
    this.#add(grant);
    return grant;
  }

  /** Throws GRANT_UNKNOWN. */
  async revoke(grantId: Uint8Array): Promise<Grant> {
    const grant = this.#byId.get(toHex(grantId));
    if (!grant) throw grantUnknown(grantId);
    await this.#drop(grant);
    return grant;
  }

  /** The key is trusted no longer: should it ever be again, it must ask again. Resolves to what it had. */
  async forget(nodeId: Uint8Array): Promise<Grant[]> {
    const lost = [...this.#byId.values()].filter(({ asker }) => asker && equalBytes(asker.nodeId, nodeId));
    await Promise.all(lost.map((grant) => this.#drop(grant)));
    return lost;
  }

  async #sweep(): Promise<void> {
    await Promise.all([...this.#byId.values()].filter((one) => this.#isOver(one)).map((one) => this.#drop(one)));
  }

  #add(grant: Grant): void {
    this.#byId.set(toHex(grant.grantId), grant);
    const scope = scopeOf(grant);
    const same = this.#byScope.get(scope) ?? new Set();
    this.#byScope.set(scope, same.add(grant));
  }

  /** It counts no longer from this moment on, whatever the disk says. */
  async #drop(grant: Grant): Promise<void> {
    const scope = scopeOf(grant);
    const id = toHex(grant.grantId);
    this.#byId.delete(id);
    this.#byScope.get(scope)?.delete(grant);
    if (this.#byScope.get(scope)?.size === 0) this.#byScope.delete(scope);
    await this.#options.table.delete(id);
  }

  #isAlive(grant: Grant): boolean {
    const nodeId = grant.asker?.nodeId ?? new Uint8Array();
    return !this.#isOver(grant) && (nodeId.length === 0 || this.#options.isTrusted(nodeId));
  }

  #isOver({ expireTime }: Grant): boolean {
    return expireTime === undefined || timestampMs(expireTime) <= this.#now();
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

function scopeOf({ asker, verb, tool, resource }: Covered): string {
  return JSON.stringify([asker && askerKey(asker), verb, tool?.node, tool?.upstream, tool?.name, resource]);
}

interface Wish {
  readonly decider: ApprovalDecider;
  readonly lifetimeMs: number;
  readonly sameArguments: boolean;
}

function wishOf({ decider, decision }: ApprovalVote): Wish[] {
  if (!decider || decision?.answer.case !== 'always') return [];
  const { lifetimeSeconds, sameArguments } = decision.answer.value;
  return [{ decider, lifetimeMs: lifetimeSeconds * 1_000, sameArguments }];
}

function yesCount({ votes }: Approval): number {
  return votes.filter(({ decision }) => decision?.answer.case !== 'deny').length;
}

function grantsFull(): LocalError {
  return new LocalError('GRANTS_FULL', `this node has ${MAX_GRANTS} grants`, {
    help: 'revoke some: towline grants list, towline grants revoke',
  });
}
