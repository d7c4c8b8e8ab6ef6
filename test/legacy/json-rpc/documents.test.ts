/** The documents, before outside judges. */
import { type DescMessage, type DescMethod, fromJson } from '@bufbuild/protobuf';
import openRpcSchema from '@open-rpc/meta-schema';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comments } from '../../../gen/comments.ts';
import { files } from '../../../gen/files.ts';
import { Schemas } from '../../../src/legacy/json-rpc/json-schema.ts';
import { stranger } from '../../../src/rpc/principal.ts';
import { methodName, ServiceRegistry } from '../../../src/rpc/registry.ts';
import { type Door, openDoor } from './doors.ts';

const services = files.flatMap((file) => file.services);
const methods = services.flatMap((service) => service.methods);

interface Parameter {
  name: string;
  description?: string;
  required: boolean;
  schema: Record<string, unknown>;
}

interface OpenRpc {
  methods: { name: string; summary?: string; description?: string; params: Parameter[]; result: { schema: object } }[];
  components: { schemas: Record<string, object>; errors: Record<string, { code: number }> };
}

let door: Door;
let openRpc: OpenRpc;
let openApi: { paths: Record<string, { post: { summary: string } }>; components: { schemas: object } };
beforeAll(async () => {
  const registry = new ServiceRegistry();
  for (const service of services) registry.add(service, {});
  door = await openDoor(registry);
  openRpc = await get('/openrpc.json');
  openApi = await get('/openapi.json');
});
afterAll(() => door[Symbol.asyncDispose]());

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${door.url}${path}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  return (await response.json()) as T;
}

describe('the OpenRPC document', () => {
  it('is valid by the meta-schema', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const { $schema: _, ...schema } = openRpcSchema as Record<string, unknown>;
    const validate = ajv
      .addSchema(jsonSchemaMeta)
      .addSchema({ $id: 'https://meta.json-schema.tools', $ref: jsonSchemaMeta.$id })
      .compile(schema);
    expect(validate(openRpc), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...openRpc, methods: [{ name: 'x' }] })).toBe(false);
  });

  it('has every method with its comment, and its own', () => {
    const names = openRpc.methods.map(({ name }) => name);
    expect(names).toEqual(['rpc.discover', 'tools/call', 'mesh/info', ...methods.map(methodName)]);
    for (const method of methods) {
      const doc = openRpc.methods.find(({ name }) => name === methodName(method));
      expect(doc?.description).toBe(comments[methodName(method)]);
      expect(doc?.summary).toMatch(/\.$/);
    }
  });

  it('has the comment and the rules of a parameter', () => {
    const list = openRpc.methods.find(({ name }) => name === 'towline.v1.ToolService/ListTools');
    expect(list?.params).toContainEqual({
      name: 'pageSize',
      description: 'At most this many. If 0, 100; at most 1,000.',
      required: false,
      schema: { type: 'integer', minimum: 0, maximum: 1_000 },
    });
    const call = openRpc.methods.find(({ name }) => name === 'towline.v1.ToolService/CallTool');
    expect(call?.params.find(({ name }) => name === 'tool')).toMatchObject({
      required: true,
      schema: { $ref: '#/components/schemas/towline.v1.ToolRef' },
    });
  });

  it('is what rpc.discover answers, to those who are known', async () => {
    const { result } = (await door.post('{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}')).json() as {
      result: object;
    };
    expect(result).toEqual(openRpc);
    await using closed = await openDoor(new ServiceRegistry(), { identify: () => stranger });
    expect((await fetch(`${closed.url}/openrpc.json`)).status).toBe(401);
    expect((await closed.post('{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}')).json()).toMatchObject({
      error: { code: -32016 },
    });
  });

  it('changes with what is served', async () => {
    const registry = new ServiceRegistry();
    await using own = await openDoor(registry);
    const count = async () => ((await (await fetch(`${own.url}/openrpc.json`)).json()) as OpenRpc).methods.length;
    expect(await count()).toBe(3);
    registry.add(services[0] as (typeof services)[number], {});
    expect(await count()).toBeGreaterThan(3);
  });
});

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApi));
    expect(valid, JSON.stringify(errors)).toBe(true);
  });

  it('has a path for every method', () => {
    expect(Object.keys(openApi.paths)).toEqual(methods.map((method: DescMethod) => `/${methodName(method)}`));
    expect(openApi.paths['/towline.v1.ToolService/CallTool']?.post.summary).toBe(
      'Calls a tool, at most once for each request id.',
    );
  });
});

describe('the JSON Schemas', () => {
  it('compile, and refer to nothing that is not there', () => {
    for (const { components } of [openRpc, openApi]) {
      // One for all: each schema is compiled once, however many refer to it.
      const ajv = new Ajv({ strict: false, validateFormats: false });
      ajv.addSchema({ $id: 'document', components });
      for (const name of Object.keys(components.schemas)) {
        expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow();
      }
    }
  });

  const list = message('towline.v1.ListToolsRequest');
  const call = message('towline.v1.CallToolRequest');
  const peer = message('towline.v1.Peer');
  it.each<[DescMessage, object, boolean]>([
    [list, {}, true],
    [list, { node: 'work', pageSize: 10 }, true],
    [list, { pageSize: -1 }, false],
    [list, { pageSize: 'ten' }, false],
    [call, { tool: { name: 'x' }, requestId: 'AAAAAAAAAAAAAAAAAAAAAA==' }, true],
    [call, { tool: 'x' }, false],
    [call, { tool: { name: 'x' }, argumentsJson: { a: 1 } }, false],
    [peer, { stateTime: '2026-01-01T00:00:00Z', state: 'PEER_STATE_OFFLINE', roundTripMs: 'NaN', toolCount: 1 }, true],
    [peer, { state: 'OFFLINE' }, false],
  ])('say of %s with %j what the reader of proto JSON says', (schema, value, isValid) => {
    const schemas = new Schemas();
    const reference = schemas.ofMessage(schema);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    expect(ajv.validate({ ...reference, components: { schemas: schemas.all } }, value)).toBe(isValid);
    const read = () => fromJson(schema, value as never);
    if (isValid) expect(read).not.toThrow();
    else expect(read).toThrow();
  });
});

function message(name: string): DescMessage {
  const found = files.flatMap((file) => file.messages).find(({ typeName }) => typeName === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** Of the JSON Schema meta-schema that OpenRPC's refers to on the net: schemas themselves are compiled by a test below. */
const jsonSchemaMeta = {
  $id: 'https://meta.json-schema.tools/',
  type: ['object', 'boolean'],
  definitions: { JSONSchemaObject: { properties: { $ref: { type: 'string' } } } },
};
