/** Calls of a tool over a link, to a node with a thousand rules and an audit log, and to one with neither, in turn. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@connectrpc/connect';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import { dialLink } from '../../src/link/open.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { alternate, ratio } from '../lib/alternate.ts';
import { type Figure, median } from '../lib/figures.ts';
import { startWorker } from '../lib/worker.ts';
import type { Call } from '../link/contender.ts';
import { callRate } from '../link/load.ts';

const rounds = 5;
const roundMs = 2_000;
const inFlight = 32;

export async function callFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`calls of a tool over a link, ${inFlight} in flight, with policy and audit and without`);
  const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  try {
    const server = join(scratch, 'server');
    const nodeId = (await createIdentity(server)).nodeId;
    const identity = await createIdentity(join(scratch, 'client'));
    await using on = startWorker(join(import.meta.dirname, 'server.ts'), 'on', server);
    await using off = startWorker(join(import.meta.dirname, 'server.ts'), 'off', server);
    const measures = {
      on: measure(await dial(await on.ask<string>('serve'), identity, nodeId)),
      off: measure(await dial(await off.ask<string>('serve'), identity, nodeId)),
    };
    await alternate(1, measures); // warms both up
    const rates = await alternate(rounds, measures);
    return [
      { name: 'tool_calls_per_second', value: median(rates.off), unit: '/s', better: 'higher' },
      { name: 'tool_calls_with_policy_and_audit_per_second', value: median(rates.on), unit: '/s', better: 'higher' },
      {
        name: 'tool_calls_with_policy_and_audit_ratio',
        value: ratio(rates.on, rates.off),
        unit: '×',
        target: 0.8,
        better: 'higher',
      },
    ];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function dial(address: string, identity: Identity, nodeId: Uint8Array): Promise<Client<typeof ToolService>> {
  const carrier = await dialTls({ identity: await identity.tls(), nodeId, address });
  const hello = () => ({ instanceId: new Uint8Array(randomBytes(16)), software: 'bench/1' });
  const link = await dialLink(carrier, { identity, hello, log: silentLog });
  const client = createClient(ToolService, createLinkTransport(link));
  while ((await client.listTools({})).tools.length === 0) await sleep(50);
  return client;
}

function measure(client: Client<typeof ToolService>): () => Promise<number> {
  return () => callRate(caller(client), inFlight, roundMs);
}

function caller(client: Client<typeof ToolService>): Call {
  let count = 0;
  return async () => {
    const argumentsJson = JSON.stringify({ message: `message ${count++} ${'x'.repeat(80)}` });
    const requestId = new Uint8Array(randomBytes(16));
    for await (const { event } of client.callTool({ requestId, tool: { name: 'echo' }, argumentsJson })) {
      if (event.case === 'result' && !event.value.resultJson.includes('message')) throw new Error('another answer');
    }
  };
}
