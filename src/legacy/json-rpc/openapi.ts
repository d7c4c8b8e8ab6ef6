/** The OpenAPI 3.1 document of Connect's JSON over HTTP, at the same port: one path for each method. */
import { Code } from '@connectrpc/connect';
import { comments } from '../../../gen/comments.ts';
import { methodName } from '../../rpc/registry.ts';
import { type JsonSchema, Schemas } from './json-schema.ts';
import { codeName } from './map.ts';
import { type Method, shortName } from './methods.ts';
import { summaryOf } from './openrpc.ts';

const about =
  "Every method of the services of a Towline node by the Connect protocol's JSON over HTTP (https://connectrpc.com/docs/protocol). " +
  'Bodies of streams are envelopes: a flag byte, the length as a big-endian 32-bit number, and a message as JSON.';

export function openApiDocument(methods: readonly Method[], version: string): string {
  const schemas = new Schemas();
  const paths = methods.map((method) => [`/${methodName(method)}`, { post: operation(method, schemas) }]);
  const services = new Map(methods.map(({ parent }) => [parent.name, comments[parent.typeName]]));
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Towline', version, description: about, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [...services].map(([name, description]) => ({ name, ...(description !== undefined && { description }) })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { ...schemas.all, ConnectError: errorSchema() },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'made by `towline token create`' } },
      responses: {
        error: { description: 'The call failed.', content: json({ $ref: '#/components/schemas/ConnectError' }) },
      },
    },
  });
}

function operation(method: Method, schemas: Schemas): JsonSchema {
  const content = method.methodKind === 'unary' ? json : enveloped;
  return {
    operationId: shortName(method),
    ...summaryOf(comments[methodName(method)]),
    tags: [method.parent.name],
    requestBody: { required: true, content: content(schemas.ofMessage(method.input)) },
    responses: {
      200: { description: 'The answer.', content: content(schemas.ofMessage(method.output)) },
      default: { $ref: '#/components/responses/error' },
    },
  };
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

/** Streams: the schema is that of one message. */
function enveloped(schema: JsonSchema): JsonSchema {
  return { 'application/connect+json': { schema } };
}

function errorSchema(): JsonSchema {
  const codes = Object.values(Code).filter((code) => typeof code === 'number');
  const detail = {
    type: 'object',
    required: ['type', 'value'],
    properties: { type: { type: 'string' }, value: { type: 'string', contentEncoding: 'base64' }, debug: {} },
  };
  return {
    type: 'object',
    required: ['code'],
    properties: {
      code: { type: 'string', enum: codes.map(codeName) },
      message: { type: 'string' },
      details: { type: 'array', items: detail },
    },
  };
}
