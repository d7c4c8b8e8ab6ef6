// The line to a caller is cut while its call waits for a person, and the caller comes back with the same request id.
import { create } from '@bufbuild/protobuf';
import { Code, createContextValues, type HandlerContext } from '@connectrpc/connect';
import { expect, it, onTestFinished } from 'vitest';
import { type CallToolRequest, CallToolRequestSchema } from '../../../gen/towline/v1/tool_service_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { askForPolicy } from '../../../src/node/approval/ask-policy.ts';
import { errorInfoOf, failure, reasonOf } from '../../../src/rpc/failure.ts';
import { principalKey } from '../../../src/rpc/principal.ts';
import { ToolDirectory } from '../../../src/services/tool/service.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { fakeSource, result } from '../../fixtures/tool-source.ts';
import { peer, self, start } from './support.ts';

it('gets the denial, and nobody is asked again', async () => {
  const desk = await start();
  const decision = { effect: 'ask' as const, rule: 'careful', policyVersion: 'v1' };
  const gate = {
    policy: { decide: () => decision, sees: () => true },
    askHuman: askForPolicy(desk.approvals.ask),
  };
  const directory = new ToolDirectory({
    gate,
    intents: openMemoryStore().table('intents'),
    peerClient: () => undefined,
    log: silentLog,
  });
  onTestFinished(() => directory.close());
  let runs = 0;
  const work = async function* () {
    runs++;
    yield result('{}');
  };
  directory.local.add(fakeSource('up', ['home'], { work }).source);
  const request = create(CallToolRequestSchema, {
    requestId: new Uint8Array(16).fill(3),
    tool: { upstream: 'up', name: 'work' },
    argumentsJson: '{"n":1}',
  });
  const call = (asked: CallToolRequest, signal: AbortSignal) => {
    const values = createContextValues().set(principalKey, peer('bob'));
    const events = directory.service.callTool(asked, { values, signal } as HandlerContext);
    return (async () => {
      for await (const _ of events);
    })().then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const unheard = { ...request, requestId: new Uint8Array(16).fill(9) };
  const never = new AbortController();
  while (reasonOf(await call(unheard, AbortSignal.abort())) === 'TOOL_NOT_FOUND') await new Promise(setImmediate);

  const line = new AbortController();
  const lost = call(request, line.signal);
  await desk.raised();
  line.abort(failure(Code.Unavailable, 'LINK_LOST', 'cut'));
  expect(reasonOf(await lost)).toBe('LINK_LOST');
  const again = await call(request, never.signal);
  expect(errorInfoOf(again)).toMatchObject({ reason: 'APPROVAL_DENIED', metadata: { cause: 'LINK_LOST' } });
  expect([desk.approvals.pending(self()), runs]).toEqual([[], 0]);
});
