import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/base/bytes.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { agent, always, by, type Desk, keys, no, peer, question, self, start, yes } from './support.ts';

const ended = AbortSignal.abort();
/** What is said at once, without asking anybody. */
const atOnce = async (desk: Desk, asked = question()) => {
  const stop = new AbortController();
  const decision = desk.ask(asked, { signal: stop.signal });
  setImmediate(() => stop.abort());
  return (await decision).reason;
};

async function granted(decision = always(), more = {}, store = openMemoryStore()) {
  const desk = await start({}, more, store);
  const asked = desk.ask();
  const approval = await desk.decide(by('phone'), await desk.raised(), decision);
  expect((await asked).granted).toBe(true);
  return { desk, approval };
}

describe('an always', () => {
  it('lets the same asker use the same tool without asking, whatever the arguments', async () => {
    const { desk, approval } = await granted();
    expect(await atOnce(desk, question('{"other":1}'))).toBe('GRANTED_BEFORE');
    expect(desk.approvals.pending(self())).toEqual([]);
    expect(desk.approvals.grants.list()).toMatchObject([
      {
        asker: { name: 'bob', agent: 'worker' },
        tool: { upstream: 'fs', name: 'write' },
        deciders: [{ name: 'phone' }],
        approvalId: approval.approvalId,
        useCount: 1,
      },
    ]);
    expect(approval.grantId).toEqual(desk.approvals.grants.list()[0]?.grantId);
  });

  it.each([
    ['another agent of that node', question(undefined, { principal: peer('bob', 'helper') })],
    ['another node', question(undefined, { principal: peer('eve', 'worker') })],
    ['an agent here of the same name', question(undefined, { principal: agent('bob') })],
    ['another tool', question(undefined, { tool: { upstream: 'fs', name: 'read' } })],
    ['another verb', question(undefined, { verb: 'state.set' })],
  ])('is nothing for %s', async (_, asked) => {
    const { desk } = await granted();
    expect(await atOnce(desk, asked)).toBe('CANCELED');
  });

  it('may be for the same arguments alone', async () => {
    const { desk } = await granted(always(3_600, true));
    expect(await atOnce(desk)).toBe('GRANTED_BEFORE');
    expect(await atOnce(desk, question('{"path":"/etc" }'))).toBe('CANCELED');
  });

  it('outlives a restart, and ends with its time', async () => {
    let nowMs = Date.now();
    const store = openMemoryStore();
    const now = () => nowMs;
    await granted(always(60), { now }, store);
    const next = await start({}, { now }, store);
    expect(await atOnce(next)).toBe('GRANTED_BEFORE');
    nowMs += 60_000;
    expect(await atOnce(next)).toBe('CANCELED');
    expect(next.approvals.grants.list()).toEqual([]);
  });

  it('ends when it is revoked', async () => {
    const { desk, approval } = await granted();
    await desk.approvals.grants.revoke(approval.grantId);
    expect(await atOnce(desk)).toBe('CANCELED');
    await expect(desk.approvals.grants.revoke(approval.grantId)).rejects.toSatisfy(
      (error) => reasonOf(error) === 'GRANT_UNKNOWN',
    );
  });

  it('dies with its key: at once, and though the key should come back', async () => {
    let isThere = true;
    const isTrusted = (nodeId: Uint8Array) => isThere || !equalBytes(nodeId, keys.bob);
    const { desk } = await granted(always(), { isTrusted });
    isThere = false;
    expect(await atOnce(desk)).toBe('CANCELED');
    await desk.approvals.forget(keys.bob);
    isThere = true;
    expect(await atOnce(desk)).toBe('CANCELED');
  });

  it('dies with a key that was removed while no node ran', async () => {
    const store = openMemoryStore();
    await granted(always(), {}, store);
    await start({}, { isTrusted: () => false }, store);
    const back = await start({}, {}, store);
    expect(back.approvals.grants.list()).toEqual([]);
  });

  it('is as narrow as the narrowest of several yes, and none if one of them is for this once', async () => {
    for (const [first, expected] of [
      [always(60, true), ['GRANTED_BEFORE', 'CANCELED']],
      [yes, ['CANCELED', 'CANCELED']],
    ] as const) {
      const desk = await start({ quorum: 2 });
      const asked = desk.ask();
      const shown = await desk.raised();
      await desk.decide(self(), shown, first);
      await desk.decide(by('phone'), shown, always());
      expect((await asked).granted).toBe(true);
      expect([await atOnce(desk), await atOnce(desk, question('{}'))]).toEqual(expected);
    }
  });

  it('that comes too late writes nothing', async () => {
    const desk = await start();
    const stop = new AbortController();
    const asked = desk.ask(question(), { signal: stop.signal });
    const shown = await desk.raised();
    stop.abort();
    await asked;
    await expect(desk.decide(self(), shown, always())).rejects.toSatisfy(
      (error) => reasonOf(error) === 'APPROVAL_OVER',
    );
    expect(desk.approvals.grants.list()).toEqual([]);
  });

  it('lets nobody in who has gone already, and is no help against a no', async () => {
    const { desk } = await granted();
    expect((await desk.ask(question(), { signal: ended })).reason).toBe('CANCELED');
    const other = desk.ask(question(undefined, { principal: agent('x') }));
    await desk.decide(self(), await desk.raised(), no);
    expect((await other).reason).toBe('DENIED');
  });
});
