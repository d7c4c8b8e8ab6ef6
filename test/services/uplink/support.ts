/** Uplinks of a node of which there is nothing else: a line is two queues, and people answer when the test says. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CallToolRequestSchema, type CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { UplinkEnvelope, UplinkEnvelopeSchema, UplinkIdentitySchema } from '../../../gen/towline/v1/uplink_pb.ts';
import { type AttachRequest, type AttachResponse, UplinkService } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { AsyncQueue } from '../../../src/base/async-queue.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createClient } from '../../../src/rpc/client.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import type { Permit, Times, UplinkHost } from '../../../src/services/uplink/host.ts';
import { createUplinkService } from '../../../src/services/uplink/service.ts';
import type { Session } from '../../../src/services/uplink/session.ts';
import { Uplinks } from '../../../src/services/uplink/uplinks.ts';

export const worker: Principal = { kind: 'agent', name: 'worker', groups: new Set() };

export type Body = NonNullable<MessageInitShape<typeof UplinkEnvelopeSchema>['body']>;

export interface Answer {
  readonly said: UplinkEnvelope['body'];
  readonly requestId: Uint8Array;
}

/** The agent's end of a line. */
export class Line {
  readonly #requests = new AsyncQueue<MessageInitShape<typeof UplinkEnvelopeSchema>>();
  readonly #responses: AsyncIterator<AttachResponse>;
  readonly #stop = new AbortController();

  constructor(open: (requests: AsyncIterable<never>, signal: AbortSignal) => AsyncIterable<AttachResponse>) {
    const requests = this.#wrapped();
    this.#responses = open(requests as AsyncIterable<never>, this.#stop.signal)[Symbol.asyncIterator]();
  }

  async *#wrapped(): AsyncGenerator<{ envelope: MessageInitShape<typeof UplinkEnvelopeSchema> }> {
    for await (const envelope of this.#requests) yield { envelope };
  }

  say(body: Body, requestId: Uint8Array = new Uint8Array()): void {
    this.#requests.push({ requestId, body });
  }

  /** What the node says next, but for heartbeats; `undefined` at the end. Rejects if the line failed. */
  async next(): Promise<Answer | undefined> {
    for (;;) {
      const { done, value } = await this.#responses.next();
      if (done) return undefined;
      const { envelope } = value as AttachResponse;
      if (envelope && envelope.body.case !== 'heartbeat') {
        return { said: envelope.body, requestId: envelope.requestId };
      }
    }
  }

  cut(): void {
    this.#stop.abort();
  }

  end(): void {
    this.#requests.end();
  }
}

export function startUplinks(options: { times?: Partial<Times>; permit?: Permit; taken?: string[] } = {}) {
  const sessions = new Map<string, Session>();
  const asked: { signal: AbortSignal; action: string }[] = [];
  const host: UplinkHost = {
    nodeId: () => new Uint8Array(32),
    shareOf: () => ['home'],
    isTaken: (upstream) => options.taken?.includes(upstream) ?? false,
    offer: (session) => {
      sessions.set(session.agent, session);
      return () => sessions.get(session.agent) === session && sessions.delete(session.agent);
    },
    arrive: () => () => undefined,
    permit: async (question, signal) => {
      asked.push({ signal, action: question.action });
      return options.permit ? options.permit(question, signal) : { granted: true };
    },
    approver: () => {
      throw new Error('nobody approves');
    },
    clients: () => {
      throw new Error('there is no mesh');
    },
    log: silentLog,
  };
  const uplinks = new Uplinks(host, options.times);
  const registry = new ServiceRegistry().add(UplinkService, createUplinkService(uplinks));
  const open = (principal: Principal) => {
    const client = createClient(UplinkService, createLocalTransport(registry, principal));
    return new Line((requests: AsyncIterable<AttachRequest>, signal) => client.attach(requests, { signal }));
  };
  /** A line whose identity was acknowledged. */
  const attach = async (
    principal = worker,
    identity: MessageInitShape<typeof UplinkIdentitySchema> = { agent: principal.name, version: 1 },
  ) => {
    const line = open(principal);
    line.say({ case: 'identity', value: identity });
    const ack = await line.next();
    return { line, ack: ack?.said.case === 'identityAck' ? ack.said.value : undefined };
  };
  /** Calls a tool of the agent: its text, or what went wrong. */
  const call = async (
    name = 'work',
    signal = new AbortController().signal,
    argumentsJson = '{}',
  ): Promise<CallToolResponse[]> => {
    const session = sessions.get('worker');
    if (!session) throw new Error('not attached');
    const request = create(CallToolRequestSchema, { tool: { name }, argumentsJson, progress: true });
    const events: CallToolResponse[] = [];
    for await (const event of session.calls.call(request, signal)) events.push(event);
    return events;
  };
  return { uplinks, sessions, asked, open, attach, call };
}
