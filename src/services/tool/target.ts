import { Code } from '@connectrpc/connect';
import type { ToolRef } from '../../../gen/towline/v1/tool_pb.ts';
import { failure } from '../../rpc/failure.ts';
import type { PolicyInForce, ToolPlace } from '../../rpc/policy.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { LocalTools } from './local-tools.ts';
import type { PeerTools } from './peer-tools.ts';
import { selfAlias } from './self.ts';
import type { ToolSource } from './source.ts';
import { isLocal, mayCall } from './visibility.ts';

/** Where a call goes. */
export type Target = { kind: 'local'; source: ToolSource } | PeerTarget;

interface PeerTarget {
  readonly kind: 'peer';
  readonly alias: string;
  readonly upstream: string;
}

/**
 * Finds the one tool that `ref` means to `principal`, among those that the policy lets it see. Throws TOOL_NOT_FOUND or
 * TOOL_AMBIGUOUS.
 */
export function findTarget(
  ref: ToolRef,
  principal: Principal,
  local: LocalTools,
  peers: PeerTools,
  policy?: PolicyInForce,
): Target {
  const sees = (place: ToolPlace) => policy?.sees(principal, place) !== false;
  const here = ref.node === '' || ref.node === selfAlias;
  const targets: Target[] = here ? localTargets(ref, principal, local) : [];
  // A named peer is asked even if its tools are not known yet: it decides, and is dialed on first use.
  // Rules go by the upstream: where there are rules, one that is not named is looked up first.
  const isWhole = policy === undefined || ref.upstream !== '';
  if (!here && isWhole && isLocal(principal) && mayCall(principal, ref) && sees(ref)) {
    return { kind: 'peer', alias: ref.node, upstream: ref.upstream };
  }
  if (targets.length === 0 && (ref.node === '' || !(here || isWhole)) && isLocal(principal)) {
    const there = peerTargets(ref, peers)
      .map((target) => ({ target, place: { node: target.alias, upstream: target.upstream, name: ref.name } }))
      .filter(({ place }) => mayCall(principal, place) && sees(place));
    targets.push(...there.map(({ target }) => target));
  }
  const [target, ...others] = targets;
  if (!target) throw notFound(ref);
  if (others.length > 0) throw ambiguous(ref, targets);
  return target;
}

function localTargets(ref: ToolRef, principal: Principal, local: LocalTools): Target[] {
  return local.find(principal, ref.upstream, ref.name).map((source) => ({ kind: 'local', source }));
}

function peerTargets(ref: ToolRef, peers: PeerTools): PeerTarget[] {
  const aliases = peers.aliases.filter((alias) => ref.node === '' || alias === ref.node);
  return aliases.flatMap((alias) =>
    (peers.set(alias)?.tools ?? [])
      .filter((tool) => tool.ref?.name === ref.name)
      .filter((tool) => ref.upstream === '' || tool.ref?.upstream === ref.upstream)
      .map((tool): PeerTarget => ({ kind: 'peer', alias, upstream: tool.ref?.upstream ?? '' })),
  );
}

function notFound(ref: ToolRef) {
  return failure(Code.NotFound, 'TOOL_NOT_FOUND', `there is no tool ${refText(ref)} that you may call`, {
    permanent: true,
    metadata: { tool: refText(ref) },
    help: 'list what there is with `towline tools`; a tool of a peer must be shared with a group that this node is in there',
  });
}

function ambiguous(ref: ToolRef, targets: readonly Target[]) {
  const candidates = targets
    .map((target) => (target.kind === 'local' ? ['self', target.source.name] : [target.alias, target.upstream]))
    .map((parts) => [...parts, ref.name].join('/'));
  return failure(Code.FailedPrecondition, 'TOOL_AMBIGUOUS', `${ref.name} could be ${candidates.join(' or ')}`, {
    permanent: true,
    metadata: { candidates: candidates.join(' ') },
    help: 'name the node and the upstream',
  });
}

/** "node/upstream/name", without the parts that are not given. */
export function refText(ref: ToolRef): string {
  return [ref.node, ref.upstream, ref.name].filter((part) => part !== '').join('/');
}
