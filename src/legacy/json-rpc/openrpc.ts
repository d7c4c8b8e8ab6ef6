/** The OpenRPC document of what is served here (https://spec.open-rpc.org), from descriptors and comments. */
import type { DescField } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { comments } from '../../../gen/comments.ts';
import { AccessSchema } from '../../../gen/towline/v1/access_pb.ts';
import { accessOf } from '../../rpc/interceptors/access.ts';
import { methodName } from '../../rpc/registry.ts';
import { described, isRequired, type JsonSchema, Schemas } from './json-schema.ts';
import { codeName, rpcCodeOf } from './map.ts';
import { type Method, shortName } from './methods.ts';

/** A method object of OpenRPC. */
export type MethodDoc = Readonly<Record<string, unknown>> & { readonly name: string };

const about =
  'Every method of the services of a Towline node by JSON-RPC 2.0, with parameters and results as proto JSON. A stream of ' +
  'answers is an array by HTTP; by WebSocket its values come as notifications: see `x-towline-stream`.';

/** `own` are methods that no service has. */
export function openRpcDocument(methods: readonly Method[], own: readonly MethodDoc[], version: string): string {
  const schemas = new Schemas();
  const docs = [...own, ...methods.map((method) => methodDoc(method, schemas))];
  return JSON.stringify({
    openrpc: '1.3.2',
    info: { title: 'Towline', version, description: about, license: { name: 'Apache-2.0' } },
    servers: [{ name: 'this node', url: '/rpc' }],
    methods: docs,
    components: { schemas: schemas.all, errors: errorDocs() },
  });
}

/** The first sentence, and all of them. */
export function summaryOf(text: string | undefined): { summary?: string; description?: string } {
  if (!text) return {};
  return { summary: /^[^\n]*?[.](?=\s|$)/.exec(text)?.[0] ?? text, description: text };
}

function methodDoc(method: Method, schemas: Schemas): MethodDoc {
  const name = methodName(method);
  const answers = method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
  const result = schemas.ofMessage(method.output);
  return {
    name,
    ...summaryOf(comments[name]),
    tags: [{ name: method.parent.name, ...described(comments[method.parent.typeName]) }],
    paramStructure: 'by-name',
    params: method.input.fields.map((field) => paramDoc(field, schemas)),
    result: { name: method.output.name, schema: answers ? { type: 'array', items: result } : result },
    'x-towline-short-name': shortName(method),
    'x-towline-access': AccessSchema.value[accessOf(method)]?.name,
    ...(method.methodKind !== 'unary' && { 'x-towline-stream': method.methodKind }),
  };
}

function paramDoc(field: DescField, schemas: Schemas): JsonSchema {
  const { description, ...schema } = schemas.ofField(field);
  return {
    name: field.jsonName,
    ...(description !== undefined && { description }),
    required: isRequired(field),
    schema,
  };
}

/** The errors that any call may end with: README.md has the same table. */
function errorDocs(): Record<string, unknown> {
  const codes = Object.values(Code).filter((code) => typeof code === 'number');
  return Object.fromEntries(codes.map((code) => [codeName(code), { code: rpcCodeOf(code), message: codeName(code) }]));
}
