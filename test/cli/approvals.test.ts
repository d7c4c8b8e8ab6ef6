import { hash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ConnectRouter } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { type Approval, ApprovalSchema, ApprovalState, GrantSchema } from '../../gen/towline/v1/approval_pb.ts';
import { ApprovalService, type DecideApprovalRequest } from '../../gen/towline/v1/approval_service_pb.ts';
import { main } from '../../src/cli/main.ts';
import { towline } from './capture.ts';
import { standInNode } from './stand-in-node.ts';

const id = (end: string) => new Uint8Array(Buffer.from(end.padStart(32, '0'), 'hex'));
const binding = new Uint8Array(32).fill(7);
const rtl = '\u202e';

const waiting = (args: string, more: Partial<Approval> = {}): Approval => ({
  ...create(ApprovalSchema, {
    approvalId: id('3fa9c1d2'),
    binding,
    state: ApprovalState.PENDING,
    asker: { kind: 'peer', name: 'laptop', nodeId: new Uint8Array(32).fill(1), agent: 'claude' },
    node: 'desk',
    verb: 'tools.call',
    tool: { node: 'self', upstream: 'fs', name: 'write' },
    argumentsSha256: hash('sha256', args, 'buffer'),
    argumentsSizeBytes: args.length,
    argumentsText: args,
    rule: 'writes',
    createTime: timestampFromMs(Date.now()),
    remainingMs: 90_000,
    decidable: true,
  }),
  ...more,
});

const earlier = (args: string): Approval =>
  waiting(args, {
    approvalId: id('00000001'),
    state: ApprovalState.USED,
    remainingMs: 0,
    endTime: timestampFromMs(Date.now() - 60_000),
  });

function routes(approvals: Approval[], decided: DecideApprovalRequest[] = []) {
  return (router: ConnectRouter) =>
    router.service(ApprovalService, {
      listApprovals: ({ all }) => ({
        approvals: approvals.filter(({ state }) => all || state === ApprovalState.PENDING),
      }),
      async *watchApprovals() {
        yield* approvals.map((value) => ({ event: { case: 'approval' as const, value } }));
        yield { event: { case: 'lostApprovalId' as const, value: id('3fa9c1d2') } };
      },
      decideApproval(request) {
        decided.push(request);
        const isNo = request.decision?.answer.case === 'deny';
        const state = isNo ? ApprovalState.DENIED : ApprovalState.USED;
        return { approval: { ...waiting('{}'), state } };
      },
      listGrants: () => ({ grants: [create(GrantSchema, { grantId: id('9b04e77a'), verb: 'tools.call' })] }),
      revokeGrant: ({ grantId }) => ({ grant: { grantId } }),
    });
}

/** As a person at a terminal who types. */
async function typing(argv: string[], typed: string) {
  const stdin = Object.assign(Readable.from([typed]), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(argv, { stdin, stdout, stderr, env: {} });
  const [out, err] = await Promise.all([stdout, stderr].map((stream) => text(stream.end())));
  return { code, out, err };
}

describe('towline approvals', () => {
  it('lists what waits, with who asks for what', async () => {
    await using node = await standInNode(routes([waiting('{}'), earlier('{}')]));
    const { out } = await towline(['approvals', '--home', node.home]);
    expect(out).toMatch(/^3fa9c1d2 +pending, 1m 30s left +claude on laptop \(.+\) +desk: fs\/write +writes/m);
    expect(out.trim().split('\n')).toHaveLength(2);
    expect((await towline(['approvals', '--all', '--home', node.home])).out.trim().split('\n')).toHaveLength(3);
    const json = JSON.parse((await towline(['approvals', '--json', '--home', node.home])).out);
    expect(json).toMatchObject({ approvals: [{ state: 'APPROVAL_STATE_PENDING', decidable: true }] });
  });

  it('shows arguments as a change of what was approved before, and lets nothing hide in them', async () => {
    const now = `{"path":"/srv/a","text":"one\\ntwo${rtl}","n":1e400,"mode":[]}`;
    await using node = await standInNode(routes([waiting(now), earlier('{"path":"/srv/a","text":"one","n":1e400}')]));
    const { out } = await towline(['approvals', 'show', 'c1d2', '--home', node.home]);
    expect(out).toContain('compared with what was approved 1m ago:');
    expect(out).toContain('    "path": "/srv/a",');
    expect(out).toContain('-   "text": "one",');
    expect(out).toContain('+   "text": "one\\ntwo\\u202e",\n+     | one\n+     | two\\u202e\n');
    expect(out).toContain('1e400');
    expect(out).not.toContain(rtl);
  });

  it('says loudly that there is more than is shown', async () => {
    await using node = await standInNode(
      routes([waiting('{"text":"aaa', { argumentsTruncated: true, argumentsSizeBytes: 10_000_000 })]),
    );
    const { out } = await towline(['approvals', 'show', '3fa9c1d2', '--home', node.home]);
    expect(out).toContain('! This is not all: 10000000 bytes would run. The approval is for all of them.');
  });

  it('approves what was shown, after its tool was typed', async () => {
    const decided: DecideApprovalRequest[] = [];
    await using node = await standInNode(routes([waiting('{"path":"/etc"}')], decided));
    const words = ['approvals', 'approve', '3fa9c1d2', '--home', node.home];
    const refused = await typing(words, 'yes\n');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('NOT_CONFIRMED') });
    expect(refused.err).toContain('"path": "/etc"');
    expect(decided).toEqual([]);
    expect(await typing(words, 'write\n')).toMatchObject({ code: 0, out: expect.stringContaining('runs.') });
    expect(decided).toMatchObject([{ approvalId: id('3fa9c1d2'), binding, decision: { answer: { case: 'approve' } } }]);
  });

  it('wants --yes where nobody can type', async () => {
    const decided: DecideApprovalRequest[] = [];
    await using node = await standInNode(routes([waiting('{}')], decided));
    const words = ['approvals', 'approve', '3fa9c1d2', '--home', node.home];
    expect(await towline(words, {}, 'write\n')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(decided).toEqual([]);
    expect((await towline([...words, '--yes'])).code).toBe(0);
  });

  it('says of an always what it would allow', async () => {
    const decided: DecideApprovalRequest[] = [];
    await using node = await standInNode(routes([waiting('{}')], decided));
    const words = ['approvals', 'always', '3fa9c1d2', '--for', '8h', '--home', node.home];
    expect((await typing(words, 'write\n')).err).toContain(
      'For 8h the same asker may use the same tool with ANY arguments',
    );
    expect((await typing([...words, '--same-arguments'], 'write\n')).err).toContain('with these arguments');
    expect(decided.map(({ decision }) => decision?.answer.value)).toMatchObject([
      { lifetimeSeconds: 28_800, sameArguments: false },
      { sameArguments: true },
    ]);
  });

  it('denies without a confirmation, with a word for the asker', async () => {
    const decided: DecideApprovalRequest[] = [];
    await using node = await standInNode(routes([waiting('{}')], decided));
    const words = ['approvals', 'deny', '3fa9c1d2', '--comment', 'not now', '--home', node.home];
    expect((await towline(words)).out).toContain('was denied');
    expect(decided[0]?.decision?.answer).toMatchObject({ case: 'deny', value: { comment: 'not now' } });
  });

  it('knows no approval by less than it needs', async () => {
    await using node = await standInNode(routes([waiting('{}'), waiting('{}', { approvalId: id('aaaac1d2') })]));
    const deny = async (text: string) => (await towline(['approvals', 'deny', text, '--home', node.home])).err;
    expect(await deny('c1d2')).toContain('APPROVAL_AMBIGUOUS');
    expect(await deny('d2')).toContain('is no id');
    expect(await deny('ffffffff')).toContain('APPROVAL_UNKNOWN');
  });

  it('goes on with each new one', async () => {
    await using node = await standInNode(routes([waiting('{"a":1}')]));
    const { out } = await towline(['approvals', '--watch', '--home', node.home]);
    expect(out).toContain('+   "a": 1');
    expect(out).toContain('towline approvals approve 3fa9c1d2');
    expect(out).toContain('its node is not there');
  });
});

describe('towline grants', () => {
  it('lists and revokes', async () => {
    await using node = await standInNode(routes([]));
    expect((await towline(['grants', 'list', '--home', node.home])).out).toContain('9b04e77a');
    expect((await towline(['grants', 'revoke', '9b04e77a', '--home', node.home])).out).toContain('counts no longer');
    expect((await towline(['grants', 'revoke', '12345678', '--home', node.home])).code).toBe(5);
  });
});
