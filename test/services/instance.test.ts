import { createRouterTransport } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { InstanceService } from '../../gen/towline/v1/instance_service_pb.ts';
import { newInstanceId } from '../../src/node/clones.ts';
import { createClient } from '../../src/rpc/client.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { type Principal, principalKey } from '../../src/rpc/principal.ts';
import { createInstanceService } from '../../src/services/instance/service.ts';
import { newIdentity } from '../trust/support.ts';

const identity = await newIdentity();
const peer: Principal = { kind: 'peer', name: 'work', groups: new Set(), nodeId: new Uint8Array(32) };

function start(instanceId: Uint8Array, who = identity) {
  const seen: object[] = [];
  const service = createInstanceService({ identity: who, instanceId, onClone: (clone) => seen.push(clone) });
  const as = (principal: Principal) =>
    createClient(
      InstanceService,
      createRouterTransport((router) => router.service(InstanceService, service), {
        router: {
          interceptors: [
            (next) => (request) =>
              next({ ...request, contextValues: request.contextValues.set(principalKey, principal) }),
          ],
        },
      }),
    );
  const client = as(peer);
  return {
    seen,
    as,
    challenge: async () => ({ nonce: (await client.challenge({})).nonce }),
    async prove(request: { nonce: Uint8Array }) {
      const { instanceId: id, signature } = await client.prove(request);
      return { instanceId: id, signature };
    },
    report: (proof: { instanceId: Uint8Array; signature: Uint8Array }) => client.report(proof),
  };
}

describe('an instance of a node', () => {
  it('believes another one that signs its nonce, and knows which of them is the younger', async () => {
    const [elder, younger] = [start(newInstanceId(1_000)), start(newInstanceId(2_000))];
    await elder.report(await younger.prove(await elder.challenge()));
    await younger.report(await elder.prove(await younger.challenge()));
    expect(elder.seen).toEqual([{ isElder: true, seenBy: 'work' }]);
    expect(younger.seen).toEqual([{ isElder: false, seenBy: 'work' }]);
  });

  it('cannot be ended by a peer without the key: by no proof of before, of itself, or of another key', async () => {
    const [one, former, other] = [
      start(newInstanceId(9)),
      start(newInstanceId(5)),
      start(newInstanceId(5), await newIdentity()),
    ];
    const refused = async (proof: { instanceId: Uint8Array; signature: Uint8Array }) =>
      expect(await one.report(proof).then(() => 'ok', reasonOf)).toBe('PROOF_INVALID');
    const kept = await former.prove(await one.challenge());
    await one.challenge(); // a later nonce
    await refused(kept);
    await refused(kept); // without a nonce
    await refused(await one.prove(await one.challenge()));
    await refused(await other.prove(await one.challenge()));
    const good = await former.prove(await one.challenge());
    await refused({ ...good, instanceId: newInstanceId(4) });
    expect(one.seen).toEqual([]);
  });

  it('gives its nonces to nodes alone, one each', async () => {
    const one = start(newInstanceId());
    const agent = one.as({ kind: 'agent', name: 'claude', groups: new Set() });
    expect(await agent.challenge({}).then(() => 'ok', reasonOf)).toBe('PEER_ONLY');
    const good = await start(newInstanceId(1)).prove(await one.challenge());
    const another = one.as({ ...peer, nodeId: new Uint8Array(32).fill(1) });
    expect(await another.report(good).then(() => 'ok', reasonOf)).toBe('PROOF_INVALID');
  });
});
