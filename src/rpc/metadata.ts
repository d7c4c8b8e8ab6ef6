/** Headers of Connect and metadata of links. */
import { Code } from '@connectrpc/connect';
import type { Metadata } from '../link/link.ts';
import { failure } from './failure.ts';

/** Whatever a `Headers` can be made of. */
export type HeaderInit = ConstructorParameters<typeof Headers>[0];

/** All names and values of one call's headers, or trailers (docs/LIMITS.md): bounds what an unknown handler must hold. */
export const MAX_METADATA_BYTES = 16 * 1024;
/** Entries of one call's headers, or trailers, as the schema says. */
export const MAX_METADATA_ITEMS = 128;
/** Bytes of one name, as the schema says. */
export const MAX_METADATA_NAME_BYTES = 256;

const NO_METADATA: readonly Metadata[] = [];

/**
 * Headers that belong to one hop over HTTP. An error that a handler passes on carries those of the hop before;
 * they would lie on the next.
 */
const HOP =
  /^(?:connection|content-.*|date|keep-alive|te|trailer.*|transfer-encoding|host|user-agent|accept-encoding|connect-.*|grpc-.*)$/;

/** Throws `METADATA_TOO_LARGE`. */
export function toMetadata(headers: Headers | undefined): Metadata[] {
  if (headers === undefined) return [];
  const entries = [...headers].filter(([name]) => !HOP.test(name));
  const bytes = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const tooLong = entries.some(([name]) => name.length > MAX_METADATA_NAME_BYTES);
  if (bytes > MAX_METADATA_BYTES || entries.length > MAX_METADATA_ITEMS || tooLong) {
    throw failure(Code.ResourceExhausted, 'METADATA_TOO_LARGE', 'the headers or trailers of the call are too large', {
      metadata: { bytes: String(bytes), max_bytes: String(MAX_METADATA_BYTES), items: String(entries.length) },
      permanent: true,
    });
  }
  return entries.map(([name, value]) => ({ name, value }));
}

/** Headers that were read before: they are the same for many calls. */
const prepared = new WeakMap<object, readonly Metadata[]>();

/** Headers for many calls, checked and read once. Throws `METADATA_TOO_LARGE`. */
export function preparedHeaders(entries: readonly (readonly [string, string])[]): HeaderInit {
  const init = entries.map(([name, value]): [string, string] => [name, value]);
  prepared.set(init, toMetadata(new Headers(init)));
  return init;
}

/** The metadata of a call. Throws `METADATA_TOO_LARGE`. */
export function metadataOf(header: HeaderInit): readonly Metadata[] {
  if (header === undefined) return NO_METADATA;
  return prepared.get(header) ?? toMetadata(new Headers(header));
}

/** Skips entries that HTTP would not carry: a peer may send anything. */
export function toHeaders(metadata: readonly Metadata[]): Headers {
  const headers = new Headers();
  for (const { name, value } of metadata) appendIfValid(headers, name, value);
  return headers;
}

const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/i;
const FORBIDDEN = /[\0\r\n]|[^\0-\xff]/;

function appendIfValid(headers: Headers, name: string, value: string): void {
  if (NAME.test(name) && !FORBIDDEN.test(value)) headers.append(name, value);
}
