// What is recorded of a call, and that nothing runs, or is answered, before it is on record where that is wanted.
import { create } from '@bufbuild/protobuf';
import { Code, createClient } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import {
  AdminService,
  CreateInviteResponseSchema,
  JoinRequestSchema,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { AuditPhase } from '../../../gen/towline/v1/audit_pb.ts';
import { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { Redactor } from '../../../src/base/redact.ts';
import { failure, reasonOf } from '../../../src/rpc/failure.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import { type Principal, stranger } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { CallRecorder } from '../../../src/services/audit/recorder.ts';
import { withoutSensitive } from '../../../src/services/audit/sensitive.ts';
import { Tally } from '../../../src/services/audit/tally.ts';
import type { AuditRecord } from '../../../src/services/record.ts';

const peer: Principal = { kind: 'peer', name: 'desk', groups: new Set() };
const steps: string[] = [];

function served(settings = { arguments: false, required: false }) {
  steps.length = 0;
  const records: AuditRecord[] = [];
  const disk = { isFull: false };
  const recorder = new CallRecorder({
    note: (said) => void records.push(said),
    async record(said) {
      await Promise.resolve();
      if (disk.isFull) throw failure(Code.Unavailable, 'AUDIT_UNAVAILABLE', 'the disk is full');
      const { event } = said;
      if (event.case === 'call') steps.push(event.value.phase === AuditPhase.BEGUN ? 'begun' : 'ended');
      records.push(said);
    },
    settings: () => settings,
    redactor: new Redactor(),
  });
  const registry = new ServiceRegistry({ observer: recorder }).add(ToolService, {
    async *callTool({ tool }) {
      steps.push('runs');
      if (tool?.name === 'fails') throw failure(Code.Internal, 'BROKEN', 'it is broken');
      yield { event: { case: 'progress', value: { progress: 1 } } };
      yield { event: { case: 'result', value: { resultJson: '{"content":[]}', isError: true } } };
    },
  });
  const call = async (name = 'read', who = peer) => {
    const { callTool } = createClient(ToolService, createLocalTransport(registry, who));
    const argumentsJson = '{"path":"/srv","password":"hunter22"}';
    for await (const { event } of callTool({ tool: { upstream: 'fs', name }, argumentsJson }))
      steps.push(String(event.case));
  };
  return { records, disk, call };
}

describe('a recorded call', () => {
  it('has its tool, hash, sizes, outcome and caller', async () => {
    const { records, call } = served({ arguments: true, required: false });
    await call();
    expect(records).toMatchObject([
      {
        principal: peer,
        event: {
          case: 'call',
          value: {
            phase: AuditPhase.ENDED,
            tool: 'self/fs/read',
            argumentsBytes: 37n,
            argumentsJson: '{"path":"/srv","password":"[redacted]"}',
            resultBytes: 14n,
            isError: true,
            status: 0,
          },
        },
      },
    ]);
    await expect(call('fails')).rejects.toThrow();
    expect(records[1]?.event.value).toMatchObject({ status: Code.Internal, reason: 'BROKEN' });
  });

  it('is on disk before it runs, and again before it is answered, where that is required', async () => {
    const { call } = served({ arguments: false, required: true });
    await call();
    expect(steps).toEqual(['begun', 'runs', 'progress', 'ended', 'result']);
  });

  it('does not run where it cannot be recorded', async () => {
    const { call, disk } = served({ arguments: false, required: true });
    disk.isFull = true;
    expect(await call().catch(reasonOf)).toBe('AUDIT_UNAVAILABLE');
    expect(steps).toEqual([]);
  });

  it('of strangers is counted, not written one by one', async () => {
    const { records, call } = served();
    for (let n = 0; n < 50; n++) await call('read', stranger).catch(() => undefined);
    expect(records).toMatchObject([{ event: { case: 'refusal', value: { reason: 'UNAUTHENTICATED', count: 1n } } }]);
  });
});

describe('a tally', () => {
  it('writes the first of a kind, then their number, and of too many kinds one', () => {
    const records: AuditRecord[] = [];
    const tally = new Tally((said) => void records.push(said));
    const refusal = (reason: string) => (count: number) =>
      ({ event: { case: 'refusal', value: { reason, count: BigInt(count) } } }) as const;
    for (let n = 0; n < 1_000; n++) tally.count(`kind ${n % 100}`, refusal(`R${n % 100}`), refusal('SEVERAL'));
    expect(records).toHaveLength(25);
    tally.flush();
    expect(records).toHaveLength(50);
    expect(records.at(-1)?.event.value).toMatchObject({ reason: 'SEVERAL', count: 759n });
    tally.flush();
    expect(records).toHaveLength(50);
  });
});

describe('what the schema calls sensitive', () => {
  it('is taken out of a copy', () => {
    const request = create(JoinRequestSchema, { invite: 'towline-invite-x', alias: 'desk' });
    expect(withoutSensitive(JoinRequestSchema, request)).toMatchObject({ invite: '[redacted]', alias: 'desk' });
    expect(request.invite).toBe('towline-invite-x');
    const answer = create(CreateInviteResponseSchema, { invite: 'x', group: 'home' });
    expect(withoutSensitive(CreateInviteResponseSchema, answer)).toMatchObject({ invite: '[redacted]', group: 'home' });
    const { input } = AdminService.method.getStatus;
    const nothing = create(input);
    expect(withoutSensitive(input, nothing)).toBe(nothing);
  });
});
