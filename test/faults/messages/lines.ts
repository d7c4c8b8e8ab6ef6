/** How the programs of the storm speak to its driver: a line for each fact, written before anything else is done. */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { transportTo } from '../../../src/cli/client.ts';

/** What a program is told when it starts, as JSON in its first argument. */
export interface Place {
  readonly url: string;
  readonly token: string;
}

export function ordersOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '') as T;
}

/** A line in the pipe is safe from `kill -9` of its writer. */
export function say(...words: (string | number | bigint)[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

export function clientOf<S extends DescService>(service: S, { url, token }: Place): Client<S> {
  return createClient(service, transportTo('', url, token));
}

/** The same text has the same id, whatever life of the sender sends it. */
export function idOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest().subarray(0, 16));
}
