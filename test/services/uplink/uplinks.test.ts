// One line at a time, against a node of which there is nothing else. test/node/uplink and test/e2e/uplink.all.test.ts have the rest.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UplinkCloseReason } from '../../../gen/towline/v1/uplink_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { answerOf, weightOf } from '../../../src/services/uplink/envelope.ts';
import type { PermissionAnswer } from '../../../src/services/uplink/kept.ts';
import {
  CALL_MS,
  MAX_ARGUMENT_BYTES,
  MAX_ASKS,
  MAX_BURST,
  MAX_CALLS,
  MAX_UNSENT_BYTES,
} from '../../../src/services/uplink/limits.ts';
import { type Body, type Line, startUplinks, worker } from './support.ts';

const id = (n: number) => new Uint8Array(16).fill(n);
const text = 'x'.repeat(4_000);
const tool = JSON.stringify({ name: 'work', inputSchema: { type: 'object' } });

/** How the line failed. */
async function refusal(line: Line): Promise<string | undefined> {
  try {
    while (await line.next());
    return 'ended';
  } catch (error) {
    return reasonOf(error);
  }
}

const reason = (promise: Promise<unknown>) => promise.then(() => 'answered', reasonOf);

afterEach(() => {
  vi.useRealTimers();
});

describe('an identity', () => {
  it('that is another than that of the token is refused', async () => {
    const { open, sessions } = startUplinks();
    const line = open(worker);
    line.say({ case: 'identity', value: { agent: 'other', version: 1 } });
    expect(await refusal(line)).toBe('IDENTITY_MISMATCH');
    expect(sessions.size).toBe(0);
  });

  it.each<Principal>([
    { kind: 'owner', name: 'owner', groups: new Set() },
    { kind: 'peer', name: 'desk', groups: new Set(['home']), nodeId: id(1) },
  ])('of a $kind has no place', async (principal) => {
    expect(await refusal(startUplinks().open(principal))).toBe('NOT_AN_UPLINK');
  });

  it('takes no name of an upstream, or of an attached program', async () => {
    const taken = startUplinks({ taken: ['uplink.worker'] }).open(worker);
    taken.say({ case: 'identity', value: { agent: 'worker', version: 1 } });
    expect(await refusal(taken)).toBe('UPLINK_NAME_TAKEN');
    const { attach, open } = startUplinks();
    await attach({ kind: 'program', name: 'worker', groups: new Set() });
    const second = open(worker);
    second.say({ case: 'identity', value: { agent: 'worker', version: 1 } });
    expect(await refusal(second)).toBe('UPLINK_NAME_TAKEN');
  });

  it('must come first, soon, and in a version that is known', async () => {
    const { open } = startUplinks({ times: { identifyMs: 20 } });
    const early = open(worker);
    early.say({ case: 'heartbeat', value: {} });
    expect(await refusal(early)).toBe('UPLINK_OUT_OF_TURN');
    expect(await refusal(open(worker))).toBe('UPLINK_SILENT');
    const newer = startUplinks().open(worker);
    newer.say({ case: 'identity', value: { agent: 'worker', version: 2 } });
    expect(await refusal(newer)).toBe('UPLINK_VERSION');
  });

  it('is acknowledged, with what is over of earlier work', async () => {
    const { ack } = await startUplinks().attach(worker, { agent: 'worker', version: 1, openRequestIds: [id(7)] });
    expect(ack).toMatchObject({ upstream: 'uplink.worker', share: ['home'], replaced: false });
    expect(ack?.overRequestIds).toEqual([id(7)]);
  });
});

describe('a line', () => {
  it('on which nothing is heard is dead', async () => {
    const { attach, sessions } = startUplinks({ times: { heartbeatMs: 20, deadMs: 60 } });
    const { line } = await attach();
    expect(await refusal(line)).toBe('UPLINK_SILENT');
    expect(sessions.size).toBe(0);
  });

  it('on which too much comes that nobody asked for ends', async () => {
    const { line } = await startUplinks().attach();
    for (let n = 0; n < 2 * MAX_BURST; n++) line.say({ case: 'toolResult', value: { resultJson: '{}' } }, id(1));
    expect(await refusal(line)).toBe('UPLINK_FLOOD');
  });

  it('of an agent that does not read ends, and what waited for it is not kept', async () => {
    const { attach, call, sessions } = startUplinks();
    const { line } = await attach();
    const argumentsJson = `{"a":"${'x'.repeat(MAX_ARGUMENT_BYTES - 8)}"}`;
    const count = Math.floor(MAX_UNSENT_BYTES / MAX_ARGUMENT_BYTES);
    const calls = Array.from({ length: count }, () => reason(call('work', undefined, argumentsJson)));
    expect(await Promise.all(calls)).toEqual(Array(count).fill('UPSTREAM_DOWN'));
    expect(sessions.size).toBe(0);
    const first = await line.next().catch(reasonOf);
    // One may have been on its way.
    expect(first === 'UPLINK_SLOW' ? first : await refusal(line)).toBe('UPLINK_SLOW');
  });

  it.each<[Body]>([
    [{ case: 'failure', value: { reason: 'X', message: text } }],
    [{ case: 'toolCall', value: { metaJson: text } }],
    [{ case: 'permissionAnswer', value: { comment: text } }],
    [{ case: 'mail', value: { mail: { text } } }],
  ])('counts the texts of what waits: $case', (body) => {
    expect(weightOf(answerOf(body))).toBeGreaterThanOrEqual(text.length);
  });

  it.each([
    ['a name twice', [tool, tool]],
    ['no name', ['{"inputSchema": {}}']],
    ['no schema', ['{"name": "a"}']],
    ['a member twice', ['{"name": "a", "name": "b", "inputSchema": {}}']],
    ['no JSON', ['{"name"']],
  ])('that offers tools with %s ends', async (_what, definitionsJson) => {
    const { line } = await startUplinks().attach();
    line.say({ case: 'tools', value: { definitionsJson } });
    expect(await refusal(line)).toBe('TOOLS_INVALID');
  });

  it('carries nothing that only nodes say', async () => {
    const { line } = await startUplinks().attach();
    line.say({ case: 'permissionAnswer', value: { granted: true } }, id(1));
    expect(await refusal(line)).toBe('UPLINK_OUT_OF_TURN');
  });
});

describe('a call of an attached agent', () => {
  it('is answered once, after progress; what comes later is ignored, and said so', async () => {
    const { attach, call } = startUplinks();
    const { line } = await attach();
    const answers = call();
    const asked = await line.next();
    expect(asked?.said).toMatchObject({ case: 'toolCall', value: { name: 'work', argumentsJson: '{}' } });
    line.say({ case: 'toolProgress', value: { progress: 1 } }, asked?.requestId);
    line.say({ case: 'toolResult', value: { resultJson: '{"content":[],"isError":true}' } }, asked?.requestId);
    line.say({ case: 'toolResult', value: { resultJson: '{"content":[1]}' } }, asked?.requestId);
    expect((await answers).map(({ event }) => event)).toMatchObject([
      { case: 'progress' },
      { case: 'result', value: { isError: true } },
    ]);
    expect(await line.next()).toMatchObject({ said: { case: 'late' }, requestId: asked?.requestId });
  });

  it('fails with what the agent says, or when that is no result, and the line goes on', async () => {
    const { attach, call } = startUplinks();
    const { line } = await attach();
    const first = reason(call());
    line.say({ case: 'failure', value: { reason: 'APPROVAL_DENIED', message: 'no' } }, (await line.next())?.requestId);
    expect(await first).toBe('UPLINK_TOOL_FAILED');
    const second = reason(call());
    line.say({ case: 'toolResult', value: { resultJson: '[]' } }, (await line.next())?.requestId);
    expect(await second).toBe('RESULT_NOT_JSON');
  });

  it('that its caller gives up is canceled at the agent', async () => {
    const { attach, call } = startUplinks();
    const { line } = await attach();
    const stop = new AbortController();
    const answers = call('work', stop.signal).catch(() => 'given up');
    const asked = await line.next();
    stop.abort();
    expect(await answers).toBe('given up');
    expect(await line.next()).toMatchObject({ said: { case: 'cancel' }, requestId: asked?.requestId });
  });

  it('that the agent never answers fails in the end; progress gives it more time', async () => {
    const { attach, call } = startUplinks();
    const { line } = await attach();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answers = reason(call());
    const asked = await line.next();
    vi.advanceTimersByTime(CALL_MS - 1);
    line.say({ case: 'toolProgress', value: { progress: 1 } }, asked?.requestId);
    // Ignored, and answered: by then the progress has been heard.
    line.say({ case: 'toolResult', value: { resultJson: '{}' } }, id(9));
    expect((await line.next())?.said.case).toBe('late');
    vi.advanceTimersByTime(CALL_MS - 1);
    expect(await Promise.race([answers, Promise.resolve('in work')])).toBe('in work');
    vi.advanceTimersByTime(1);
    expect(await answers).toBe('UPLINK_NO_ANSWER');
    expect(await line.next()).toMatchObject({ said: { case: 'cancel' }, requestId: asked?.requestId });
    line.say({ case: 'toolResult', value: { resultJson: '{}' } }, asked?.requestId);
    expect(await line.next()).toMatchObject({ said: { case: 'late' }, requestId: asked?.requestId });
  });

  it('fails at once when the line is cut', async () => {
    const { attach, call, sessions } = startUplinks();
    const { line } = await attach();
    const answers = reason(call());
    await line.next();
    line.cut();
    expect(await answers).toBe('UPSTREAM_DOWN');
    await vi.waitFor(() => expect(sessions.size).toBe(0));
  });

  it('fails when there are too many', async () => {
    const { attach, call } = startUplinks();
    const { line } = await attach();
    const calls = Array.from({ length: MAX_CALLS }, () => reason(call()));
    expect(await reason(call())).toBe('UPLINK_BUSY');
    line.cut();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['UPSTREAM_DOWN']));
  });
});

describe('an agent that attaches anew', () => {
  it('replaces its older line, whose calls fail and whose answers count for nothing', async () => {
    const { attach, call, uplinks } = startUplinks();
    const { line: older } = await attach();
    const before = reason(call());
    const asked = await older.next();
    const { line: newer, ack } = await attach();
    expect(ack?.replaced).toBe(true);
    expect(await before).toBe('UPSTREAM_DOWN');
    expect(await older.next()).toMatchObject({
      said: { case: 'close', value: { reason: UplinkCloseReason.REPLACED } },
    });
    const answers = call();
    const again = await newer.next();
    older.say({ case: 'toolResult', value: { resultJson: '{"from":"older"}' } }, again?.requestId);
    newer.say({ case: 'toolResult', value: { resultJson: '{"from":"before"}' } }, asked?.requestId);
    newer.say({ case: 'toolResult', value: { resultJson: '{"from":"newer"}' } }, again?.requestId);
    expect((await answers).map(({ event }) => event)).toMatchObject([{ value: { resultJson: '{"from":"newer"}' } }]);
    expect(await newer.next()).toMatchObject({ said: { case: 'late' }, requestId: asked?.requestId });
    expect(uplinks.size).toBe(1);
  });

  it('hears the answer that it was given before, and asks nobody twice', async () => {
    const { attach, asked } = startUplinks();
    const question = { case: 'permissionRequest' as const, value: { action: 'deploy' } };
    const { line } = await attach();
    line.say(question, id(1));
    expect((await line.next())?.said).toMatchObject({ value: { granted: true } });
    line.cut();
    const { line: again } = await attach();
    again.say(question, id(1));
    expect((await again.next())?.said).toMatchObject({ value: { granted: true } });
    expect(asked).toHaveLength(1);
    again.say({ case: 'permissionRequest', value: { action: 'delete' } }, id(1));
    expect((await again.next())?.said).toMatchObject({ case: 'failure', value: { reason: 'REQUEST_ID_REUSED' } });
  });
});

describe('a permission', () => {
  it('is denied when the line is cut between question and answer, and stays so', async () => {
    const answer = Promise.withResolvers<PermissionAnswer>();
    const { attach, asked } = startUplinks({ permit: () => answer.promise });
    const question = { case: 'permissionRequest' as const, value: { action: 'deploy' } };
    const { line } = await attach();
    line.say(question, id(1));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    line.cut();
    await vi.waitFor(() => expect(asked[0]?.signal.aborted).toBe(true));
    answer.resolve({ granted: true });
    const { line: again } = await attach();
    again.say(question, id(1));
    expect((await again.next())?.said).toMatchObject({ value: { granted: false, reason: 'LINK_LOST' } });
    expect(asked).toHaveLength(1);
  });

  it('is refused when too many wait', async () => {
    const { attach, asked } = startUplinks({ permit: () => new Promise(() => undefined) });
    const { line } = await attach();
    for (let n = 0; n <= MAX_ASKS; n++) line.say({ case: 'permissionRequest', value: { action: 'x' } }, id(n));
    expect((await line.next())?.said).toMatchObject({ case: 'failure', value: { reason: 'UPLINK_BUSY' } });
    expect(asked).toHaveLength(MAX_ASKS);
  });
});
