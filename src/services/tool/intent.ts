/** What is written down before a tool runs: when, and what was asked. */
import { hash } from 'node:crypto';
import type { CallToolRequest } from '../../../gen/towline/v1/tool_service_pb.ts';

export interface Intent {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly digest: string;
}

const timeBytes = 8;

/** Tells one request from another: SHA-256, in hex, of the tool and of all that it is given. Who asks is in the key. */
export function digestOf({ tool, argumentsJson, metaJson, extraJson }: CallToolRequest): string {
  const parts = [tool?.upstream ?? '', tool?.name ?? '', argumentsJson, metaJson, extraJson];
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'hex');
}

export function writeIntent({ timeMs, digest }: Intent): Uint8Array {
  const bytes = Buffer.allocUnsafe(timeBytes + digest.length / 2);
  bytes.writeBigUInt64BE(BigInt(timeMs));
  bytes.write(digest, timeBytes, 'hex');
  return bytes;
}

export function readIntent(value: Uint8Array): Intent {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { timeMs: Number(bytes.readBigUInt64BE()), digest: bytes.toString('hex', timeBytes) };
}
