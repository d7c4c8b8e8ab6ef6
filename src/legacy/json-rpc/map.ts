/** A failed call in the words of JSON-RPC: README.md has the table. */
import { create, createRegistry, fromBinary, type Registry, toBinary, toJson } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { files } from '../../../gen/files.ts';
import { ErrorInfoSchema } from '../../../gen/towline/v1/error_info_pb.ts';
import { errorInfoOf } from '../../rpc/failure.ts';
import { type RpcError, rpcCode } from './wire.ts';

/** Where codes of our own begin: -32000 less the number of Connect's code, so -32001 (canceled) to -32016 (unauthenticated). */
const firstOwnCode = -32_000;

/** Codes that JSON-RPC has a number for. */
const standard: ReadonlyMap<Code, number> = new Map([
  [Code.InvalidArgument, rpcCode.invalidParams],
  [Code.Internal, rpcCode.internal],
]);

/** `data` has the code as Connect writes it, what `ErrorInfo` says, and the further details as `google.protobuf.Any` in JSON. */
export function rpcErrorOf(thrown: unknown): RpcError {
  const error = ConnectError.from(thrown, Code.Internal);
  const { reason, metadata, permanent, retryDelayMs, help } = errorInfoOf(error) ?? {};
  const details = error.details
    .map(detailOf)
    .filter(({ '@type': type }) => !type.endsWith(`/${ErrorInfoSchema.typeName}`));
  const data = {
    code: codeName(error.code),
    reason,
    metadata,
    permanent,
    retryDelayMs,
    help: help || undefined,
    details: details.length > 0 ? details : undefined,
  };
  return { code: rpcCodeOf(error.code), message: error.rawMessage || codeName(error.code), data: JSON.stringify(data) };
}

/** No method goes by this name. */
export function methodNotFound(method: string): RpcError {
  const data = {
    reason: 'METHOD_UNKNOWN',
    metadata: { method: method.slice(0, 256) },
    help: 'ask rpc.discover which methods there are',
  };
  return { code: rpcCode.methodNotFound, message: 'Method not found', data: JSON.stringify(data) };
}

export function rpcCodeOf(code: Code): number {
  return standard.get(code) ?? firstOwnCode - code;
}

/** "invalid_argument", as Connect writes codes. */
export function codeName(code: Code): string {
  return (Code[code] ?? 'Unknown').replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase();
}

type Detail = ConnectError['details'][number];

/** Known messages as their proto JSON; of others, the bytes in base64. */
function detailOf(detail: Detail): { '@type': string } & Record<string, unknown> {
  const { type, value } = bytesOf(detail);
  const schema = known().getMessage(type);
  const content = schema ? toJson(schema, fromBinary(schema, value)) : { value: Buffer.from(value).toString('base64') };
  return { '@type': `type.googleapis.com/${type}`, ...(content as Record<string, unknown>) };
}

function bytesOf(detail: Detail): { type: string; value: Uint8Array } {
  if (!('desc' in detail)) return detail;
  return { type: detail.desc.typeName, value: toBinary(detail.desc, create(detail.desc, detail.value)) };
}

let registry: Registry | undefined;

function known(): Registry {
  registry ??= createRegistry(...files);
  return registry;
}
