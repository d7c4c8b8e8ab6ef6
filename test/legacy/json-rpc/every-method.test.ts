/** A real node: every method of the schema answers, whether by HTTP or by WebSocket. Nothing is listed by hand. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescMethod } from '@bufbuild/protobuf';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { files } from '../../../gen/files.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import { methodName } from '../../../src/rpc/registry.ts';
import { Wire } from './doors.ts';

const methods: DescMethod[] = files
  .flatMap((file) => file.services.flatMap((service) => service.methods))
  .sort((left, right) => endsNode(left) - endsNode(right));

/** The last one: nothing answers after it. */
function endsNode({ name }: DescMethod): number {
  return name === 'Shutdown' ? 1 : 0;
}

interface Answer {
  id?: unknown;
  result?: unknown;
  error?: { code: number; data: { code: string; reason: string } };
}

interface OpenRpc {
  methods: { name: string; result: { schema: object } }[];
  components: object;
}

let folder: string;
let node: RunningNode;
let headers: Record<string, string>;
let document: OpenRpc;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-rpc-'));
  node = await startNode({ home: folder, listen: { host: '127.0.0.1', port: 0 }, name: 'alone' });
  await readToken();
  document = (await ask('rpc.discover')).result as OpenRpc;
}, 60_000);
afterAll(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A new key of the node brings a new token of its owner. */
async function readToken(): Promise<void> {
  const token = (await readFile(join(folder, 'owner.token'), 'utf8')).trim();
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}
beforeEach(readToken);

async function ask(method: string, params: object = {}): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: method, method, params, timeout_ms: 2_000 });
  const response = await fetch(`${node.url}/rpc`, { method: 'POST', headers, body });
  return (await response.json()) as Answer;
}

/** A code that a service may answer with; not "no such method" and not a fault inside. */
function isMapped(error: Answer['error']): boolean {
  const { code = 0, data } = error ?? {};
  return (code === -32602 || (code <= -32001 && code >= -32016)) && data?.code !== undefined;
}

describe('every method of the schema', () => {
  it('is there', () => {
    expect(methods.length).toBeGreaterThan(20);
  });

  it.each(methods.map(methodName))('%s refuses what is no message of its', async (name) => {
    const { id, error } = await ask(name, { noSuchMember: 1 });
    expect(id).toBe(name);
    expect(isMapped(error), JSON.stringify(error)).toBe(true);
  });

  it.each(methods.map((method) => [methodName(method), method] as const))(
    '%s answers by WebSocket',
    async (name, method) => {
      await using wire = await Wire.open(node.url.replace('http', 'ws').concat('/rpc'), headers);
      wire.ask(1, `${method.parent.name}.${method.name}`, {}, { timeout_ms: 2_000 });
      const isStream = method.methodKind !== 'unary';
      const [opened, first] = (await wire.until(isStream ? 2 : 1)) as [Answer, { params?: Record<string, unknown> }];
      if (!isStream) {
        if (opened.error) expect(isMapped(opened.error), JSON.stringify(opened)).toBe(true);
        else expectResult(name, opened.result);
        return;
      }
      expect(opened.result).toMatchObject({ stream: 1 });
      const { value, error } = first.params ?? {};
      if (error === undefined) expectResult(name, [value]);
      else expect(isMapped(error as Answer['error']), JSON.stringify(error)).toBe(true);
    },
  );
});

/** The result is as the node's own OpenRPC document says. */
function expectResult(name: string, result: unknown): void {
  const schema = document.methods.find((method) => method.name === name)?.result.schema;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  expect(validate(result), JSON.stringify([validate.errors, result])).toBe(true);
}
