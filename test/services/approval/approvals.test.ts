import { hash } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';
import { ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { failure, reasonOf } from '../../../src/rpc/failure.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import type { KeyedTable } from '../../../src/store/store.ts';
import { agent, by, no, owner, peer, question, self, start, yes } from './support.ts';

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'no failure',
    (error: unknown) => reasonOf(error),
  );

describe('a question', () => {
  it('lets the call run when an approver says yes, and says who', async () => {
    const desk = await start();
    const asked = desk.ask();
    const shown = await desk.raised();
    expect(shown).toMatchObject({
      state: ApprovalState.PENDING,
      asker: { kind: 'peer', name: 'bob', agent: 'worker' },
      argumentsText: '{"path":"/etc"}',
      argumentsTruncated: false,
      argumentsSha256: hash('sha256', '{"path":"/etc"}', 'buffer'),
      rule: 'writes',
      decidable: true,
      missing: ['1 more'],
    });
    expect(await desk.decide(by('phone'), shown)).toMatchObject({ state: ApprovalState.USED, reason: 'APPROVED' });
    expect(await asked).toMatchObject({ granted: true, reason: 'APPROVED', decidedBy: ['phone'] });
    expect(await desk.kept(shown)).toMatchObject({
      state: ApprovalState.USED,
      votes: [{ decider: { name: 'phone' } }],
    });
  });

  it('is denied by one no, with what its decider wants to be known', async () => {
    const desk = await start();
    const asked = desk.ask();
    await desk.decide(self(), await desk.raised(), no);
    expect(await asked).toMatchObject({ granted: false, reason: 'DENIED', decidedBy: ['self'], comment: 'not today' });
  });

  it('raised twice is one approval; it lets one call run, and the other hears that it was used', async () => {
    const desk = await start();
    const both = [desk.ask(), desk.ask()];
    const shown = await desk.raised();
    expect(desk.approvals.pending(self())).toHaveLength(1);
    await desk.decide(self(), shown);
    expect((await Promise.all(both)).map(({ granted, reason }) => [granted, reason])).toEqual([
      [true, 'APPROVED'],
      [false, 'APPROVAL_USED'],
    ]);
  });

  it.each([
    ['other arguments', question('{"path":"/"}')],
    ['another tool', question(undefined, { tool: { upstream: 'fs', name: 'read' } })],
    ['another verb', question(undefined, { verb: 'state.set' })],
    ['another policy', question(undefined, { policyVersion: 'v2' })],
    ['another agent of the same node', question(undefined, { principal: peer('bob', 'helper') })],
    ['another node', question(undefined, { principal: peer('eve', 'worker') })],
    ['parts that read alike', question(undefined, { tool: { upstream: 'f', name: 's/write' } })],
  ])('with %s is another approval; the answer to one is none to the other', async (_, other) => {
    const desk = await start();
    const asked = desk.ask();
    const first = await desk.raised();
    const stop = new AbortController();
    const elsewhere = desk.ask(other, { signal: stop.signal });
    await desk.raised(self(), 2);
    const second = desk.approvals.pending(self()).find(({ approvalId }) => approvalId !== first.approvalId);
    expect(await refusal(desk.decide(self(), { ...first, binding: second?.binding as Uint8Array }))).toBe(
      'APPROVAL_MISMATCH',
    );
    await desk.decide(self(), first);
    expect((await asked).granted).toBe(true);
    stop.abort();
    expect(await elsewhere).toMatchObject({ granted: false, reason: 'CANCELED' });
  });

  it('is used once: what was approved must be asked for again', async () => {
    const desk = await start();
    const asked = desk.ask();
    const shown = await desk.raised();
    await desk.decide(self(), shown);
    await asked;
    const again = desk.ask();
    const next = await desk.raised();
    expect(next.approvalId).not.toEqual(shown.approvalId);
    expect(await desk.decide(self(), shown)).toMatchObject({ state: ApprovalState.USED }); // a retry: no effect
    expect(desk.approvals.pending(self())).toHaveLength(1);
    await desk.decide(self(), next, no);
    expect((await again).granted).toBe(false);
  });

  it('tells who waits at once, and every ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'performance'] });
    try {
      const desk = await start({ waitMs: 25_000 });
      const told: number[] = [];
      const asked = desk.ask(question(), { onProgress: ({ waitedMs }) => told.push(waitedMs) });
      await desk.raised();
      await vi.advanceTimersByTimeAsync(25_000);
      expect(await asked).toMatchObject({ granted: false, reason: 'TIMEOUT' });
      expect(told).toEqual([0, 10_000, 20_000]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('of 10 MB is bound to all of it, and shown to 64 KiB', async () => {
    const desk = await start();
    const bytes = Buffer.from(`{"text":"${'ä'.repeat(5_000_000)}"}`);
    const asked = desk.ask(question('', { argumentBytes: bytes }));
    const shown = await desk.raised();
    expect(shown).toMatchObject({ argumentsTruncated: true, argumentsSizeBytes: bytes.length });
    expect(Buffer.byteLength(shown.argumentsText)).toBeLessThanOrEqual(65_536);
    expect(shown.argumentsText).not.toContain('\ufffd');
    expect(shown.argumentsSha256).toEqual(hash('sha256', bytes, 'buffer'));
    const other = Buffer.from(bytes);
    other.write('b', bytes.length - 3);
    const stop = new AbortController();
    const elsewhere = desk.ask(question('', { argumentBytes: other }), { signal: stop.signal });
    expect(await desk.raised(self(), 2)).toBeDefined();
    stop.abort();
    await elsewhere;
    await desk.decide(self(), shown);
    expect((await asked).granted).toBe(true);
    expect((await desk.kept(shown))?.argumentsText.length).toBeLessThanOrEqual(2_048);
  });

  it('whose bytes are no text says so', async () => {
    const desk = await start();
    const stop = new AbortController();
    const asked = desk.ask(question('', { argumentBytes: Uint8Array.of(0x7b, 0xff, 0x7d) }), { signal: stop.signal });
    expect(await desk.raised()).toMatchObject({ argumentsText: '{\ufffd}', argumentsTruncated: true });
    stop.abort();
    await asked;
  });
});

describe('a question ends as a no', () => {
  it.each([
    ['its caller gives up', undefined, 'CANCELED'],
    ["its caller's link is lost", failure(Code.Unavailable, 'LINK_LOST', 'lost'), 'LINK_LOST'],
  ])('at once when %s, and a later yes has no effect', async (_, cause, reason) => {
    const desk = await start();
    const stop = new AbortController();
    const asked = desk.ask(question(), { signal: stop.signal });
    const shown = await desk.raised();
    stop.abort(cause);
    expect(await asked).toMatchObject({ granted: false, reason });
    expect(await refusal(desk.decide(self(), shown))).toBe('APPROVAL_OVER');
    expect(await desk.kept(shown)).toMatchObject({ state: ApprovalState.WITHDRAWN, reason, votes: [] });
  });

  it('when nobody answers in time; a yes a moment later is told so', async () => {
    const desk = await start({ waitMs: 20 });
    const asked = desk.ask();
    const shown = await desk.raised();
    expect(await asked).toMatchObject({ granted: false, reason: 'TIMEOUT' });
    expect(await refusal(desk.decide(by('phone'), shown))).toBe('APPROVAL_OVER');
  });

  it('or as a yes, never as both, when the answer and the end of the wait meet', async () => {
    for (let n = 0; n < 20; n++) {
      const desk = await start({ waitMs: 5 });
      const asked = desk.ask();
      const shown = await desk.raised();
      const [answer, decision] = await Promise.all([
        new Promise((resolve) => setTimeout(resolve, 3 + (n % 5))).then(() => refusal(desk.decide(self(), shown))),
        asked,
      ]);
      expect([answer, decision.reason]).toEqual(
        decision.granted ? ['no failure', 'APPROVED'] : ['APPROVAL_OVER', 'TIMEOUT'],
      );
    }
  });

  it('when the node ends, and when it starts again after a crash', async () => {
    const store = openMemoryStore();
    const desk = await start({}, {}, store);
    const lost = desk.ask();
    const shown = await desk.raised();
    const next = await start({}, {}, store); // as after a crash: the first never said goodbye
    expect(await next.kept(shown)).toMatchObject({ state: ApprovalState.DENIED, reason: 'NODE_STOPPED' });
    expect(await refusal(next.decide(self(), shown))).toBe('APPROVAL_OVER');
    await desk.approvals.close();
    expect(await lost).toMatchObject({ granted: false, reason: 'NODE_STOPPED' });
    expect(await desk.ask()).toMatchObject({ granted: false, reason: 'NODE_STOPPED' });
  });

  it('when the policy becomes another', async () => {
    let version = 'v1';
    const desk = await start({}, { policyVersion: () => version });
    const [first, second] = [desk.ask(), desk.ask(question('{}'))];
    const shown = await desk.raised(self(), 2);
    version = 'v2';
    expect(await refusal(desk.decide(self(), shown))).toBe('APPROVAL_OVER');
    desk.approvals.review();
    expect((await Promise.all([first, second])).map(({ reason }) => reason)).toEqual([
      'POLICY_CHANGED',
      'POLICY_CHANGED',
    ]);
  });

  it('when it, or the yes to it, cannot be written down', async () => {
    const store = openMemoryStore();
    const real = store.table('approvals');
    let isFull = true;
    const table: KeyedTable = {
      get: (key) => real.get(key),
      list: (options) => real.list(options),
      delete: (key) => real.delete(key),
      put: (...row) => (isFull ? Promise.reject(new Error('disk full')) : real.put(...row)),
    };
    const desk = await start({}, { table }, store);
    expect(await desk.ask()).toMatchObject({ granted: false, reason: 'STORE_FAILED' });
    isFull = false;
    const asked = desk.ask();
    const shown = await desk.raised();
    isFull = true;
    expect(await refusal(desk.decide(self(), shown))).toBe('STORE_FAILED');
    expect(await asked).toMatchObject({ granted: false, reason: 'STORE_FAILED' });
  });

  it('when it or the yes to it cannot be recorded', async () => {
    const desk = await start({}, { record: () => Promise.reject(new Error('no audit')) });
    expect(await desk.ask()).toMatchObject({ granted: false, reason: 'STORE_FAILED' });
  });

  it('when one asker, or all of them, ask too much at once', async () => {
    const desk = await start();
    const stop = new AbortController();
    const asked = Array.from({ length: 16 }, (_, n) => {
      const principal = peer('bob', `agent-${n}`); // names cost nothing: the key counts
      return desk.ask(question(undefined, { principal }), { signal: stop.signal });
    });
    expect(await desk.ask(question('{}'))).toMatchObject({ granted: false, reason: 'TOO_MANY_APPROVALS' });
    const other = desk.ask(question(undefined, { principal: peer('eve') }), { signal: stop.signal });
    await desk.raised(self(), 17);
    stop.abort();
    expect((await Promise.all([...asked, other])).every(({ granted }) => !granted)).toBe(true);
  });
});

describe('the asker', () => {
  it.each([
    ['the owner', owner, self(), ['self']],
    ['the person in front of the asking session', agent('claude'), self('claude'), ['self']],
    ['the node that asks', peer('phone', 'worker'), by('phone'), ['self', 'phone']],
    ['a sibling agent of the same node', peer('phone', 'worker'), by('phone'), ['@ops', 'self']],
  ])('is not the decider: %s', async (_, principal, decider, approvers) => {
    const desk = await start({ approvers, required: [] });
    const stop = new AbortController();
    const asked = desk.ask(question(undefined, { principal }), { signal: stop.signal });
    if (principal.kind === 'owner') return expect(await asked).toMatchObject({ reason: 'NO_APPROVER' });
    const shown = await desk.raised();
    expect(desk.approvals.pending(decider).filter(({ decidable }) => decidable)).toEqual([]);
    expect(await refusal(desk.decide(decider, shown))).toBe('OWN_APPROVAL');
    expect(await refusal(desk.decide(decider, shown, no))).toBe('OWN_APPROVAL');
    stop.abort();
    await asked;
  });

  it('may be an agent here when the owner answers at the command line, or in another session', async () => {
    for (const decider of [self(), self('codex')]) {
      const desk = await start();
      const asked = desk.ask(question(undefined, { principal: agent('claude') }));
      await desk.decide(decider, await desk.raised());
      expect((await asked).granted).toBe(true);
    }
  });

  it('hears a no at once where nobody else could ever say yes', async () => {
    const alone = await start({ approvers: ['phone'] });
    expect(await alone.ask(question(undefined, { principal: peer('phone') }))).toMatchObject({ reason: 'NO_APPROVER' });
    const nobody = await start({ approvers: ['gone'] });
    expect(await nobody.ask()).toMatchObject({ reason: 'NO_APPROVER' });
    const tooMany = await start({ approvers: ['self', 'phone'], quorum: 3 });
    expect(await tooMany.ask()).toMatchObject({ reason: 'NO_APPROVER' });
  });
});

describe('approvers', () => {
  it('are those that are named, and nobody else: others learn nothing', async () => {
    const desk = await start();
    const stop = new AbortController();
    const asked = desk.ask(question(), { signal: stop.signal });
    const shown = await desk.raised();
    for (const stranger of [by('eve'), by('watch')]) {
      expect(desk.approvals.pending(stranger)).toEqual([]);
      expect(await refusal(desk.decide(stranger, shown))).toBe('NOT_APPROVER');
      expect(await refusal(desk.decide(stranger, { ...shown, approvalId: new Uint8Array(16) }))).toBe('NOT_APPROVER');
    }
    expect(await refusal(desk.decide(by('phone'), { ...shown, approvalId: new Uint8Array(16) }))).toBe(
      'APPROVAL_UNKNOWN',
    );
    stop.abort();
    await asked;
  });

  it('may be a group; the owner who is none may say no, and not yes', async () => {
    const desk = await start({ approvers: ['@ops'] });
    const first = desk.ask();
    const shown = await desk.raised();
    expect(shown.decidable).toBe(false);
    expect(await refusal(desk.decide(self(), shown))).toBe('NOT_APPROVER');
    await desk.decide(by('watch'), shown);
    expect((await first).granted).toBe(true);
    const second = desk.ask();
    await desk.decide(self(), await desk.raised(), no);
    expect((await second).reason).toBe('DENIED');
  });

  it('answer at once, and one answer counts', async () => {
    const desk = await start();
    const asked = desk.ask();
    const shown = await desk.raised();
    const answers = await Promise.all([
      refusal(desk.decide(self(), shown)),
      refusal(desk.decide(by('phone'), shown, no)),
      refusal(desk.decide(by('phone'), shown)),
    ]);
    expect(answers).toEqual(['no failure', 'APPROVAL_OVER', 'APPROVAL_OVER']);
    expect(await asked).toMatchObject({ granted: true, decidedBy: ['self'] });
  });

  it('that are required must say yes beside the others: a second device', async () => {
    const desk = await start({ approvers: ['self'], required: ['phone'], quorum: 2 });
    const asked = desk.ask();
    const shown = await desk.raised();
    expect(shown.missing).toEqual(['phone', '1 more']);
    for (let n = 0; n < 3; n++) {
      expect(await desk.decide(self(), shown)).toMatchObject({ state: ApprovalState.PENDING, missing: ['phone'] });
    }
    expect(await desk.decide(by('phone'), shown)).toMatchObject({ state: ApprovalState.USED });
    expect(await asked).toMatchObject({ granted: true, decidedBy: ['self', 'phone'] });
  });

  it('who are none any more when it counts have said nothing', async () => {
    const rules = { approvers: ['self', 'phone', 'watch'], quorum: 2 };
    const desk = await start(rules);
    const asked = desk.ask();
    const shown = await desk.raised();
    await desk.decide(by('phone'), shown);
    rules.approvers = ['self', 'watch'];
    expect(await desk.decide(self(), shown)).toMatchObject({ state: ApprovalState.PENDING, missing: ['1 more'] });
    expect(await desk.decide(by('watch'), shown)).toMatchObject({ state: ApprovalState.USED });
    expect((await asked).granted).toBe(true);
  });

  it('have no clock that counts: a question is as long as the serving node says', async () => {
    let nowMs = 1_000_000;
    const desk = await start({}, { now: () => nowMs });
    const asked = desk.ask();
    const shown = await desk.raised();
    nowMs += 365 * 86_400_000; // somebody sets the wall clock of the node itself
    expect(desk.approvals.pending(self())[0]?.remainingMs).toBeGreaterThan(50_000);
    expect(await desk.decide(by('phone'), shown, yes)).toMatchObject({ state: ApprovalState.USED });
    expect((await asked).granted).toBe(true);
  });
});

describe('the history', () => {
  it('keeps the last thousand, the newest first', async () => {
    const desk = await start();
    const gone = AbortSignal.timeout(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await desk.ask(question(), { signal: gone })).reason).toBe('CANCELED');
    for (let n = 0; n < 1_010; n++) {
      const stop = new AbortController();
      const asked = desk.ask(question(`{"n":${n}}`), { signal: stop.signal });
      stop.abort();
      await asked;
    }
    await vi.waitFor(async () => {
      const rows = await desk.approvals.before(undefined, 2_000, self());
      expect([rows.length, rows[0]?.argumentsText]).toEqual([1_000, expect.stringMatching(/"n":(9|10)\d\d/)]);
    });
  });
});
