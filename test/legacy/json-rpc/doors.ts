/** A door at a free port, with the services of a registry behind it, as whoever the test says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '../../../src/base/log.ts';
import { createJsonRpcDoor, type JsonRpcOptions } from '../../../src/legacy/json-rpc/server.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { ProbeService } from '../../fixtures/probe.ts';

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export interface Door extends AsyncDisposable {
  readonly url: string;
  /** Posts a body as it stands and gives the status and the text of the answer. */
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<Posted>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON. */
  json(): unknown;
}

export async function openDoor(registry: ServiceRegistry, options: Partial<JsonRpcOptions> = {}): Promise<Door> {
  const door = createJsonRpcDoor({ registry, identify: () => owner, version: '0.0.0', log: silentLog, ...options });
  const server = createServer((request, response) => {
    if (door.takes(request)) door.handle(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`;
  return {
    url,
    async post(body, headers = {}) {
      const all = { 'content-type': 'application/json', ...headers };
      const response = await fetch(url, { method: 'POST', headers: all, body: body as string });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** One method of each shape: Echo gives its request back, Watch counts to `count`, Collect joins texts, Chat echoes. */
export function probeRegistry(): ServiceRegistry {
  return new ServiceRegistry().add(ProbeService, {
    echo: (request) => request,
    async *watch({ count }) {
      for (let n = 1; n <= count; n++) yield { count: n };
    },
    async collect(requests) {
      const texts: string[] = [];
      for await (const { text } of requests) texts.push(text);
      return { text: texts.join(' ') };
    },
    async *chat(requests) {
      for await (const { text } of requests) yield { text };
    },
    rule: (request) => request,
  });
}
