/** A door at a free port, with the services of a registry behind it, as whoever the test says. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog } from '../../../src/base/log.ts';
import { createJsonRpcDoor, type JsonRpcOptions } from '../../../src/legacy/json-rpc/server.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { ProbeService } from '../../fixtures/probe.ts';

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export interface Door extends AsyncDisposable {
  readonly url: string;
  /** Opens a WebSocket. */
  connect(headers?: Record<string, string>): Promise<Wire>;
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
  server.on('upgrade', (request, socket, head) => {
    if (door.takesUpgrade(request)) door.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`;
  return {
    url,
    connect: (headers) => Wire.open(url.replace('http', 'ws'), headers),
    async post(body, headers = {}) {
      const all = { 'content-type': 'application/json', ...headers };
      const response = await fetch(url, { method: 'POST', headers: all, body: body as string });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
    },
    async [Symbol.asyncDispose]() {
      door.close();
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

/** A client that does nothing by itself. */
export class Wire implements AsyncDisposable {
  readonly ws: WebSocket;
  /** Every message that came, in order. */
  readonly received: string[] = [];

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data) => this.received.push(String(data)));
    ws.on('error', () => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Wire> {
    const wire = new Wire(new WebSocket(url, { headers }));
    await once(wire.ws, 'open');
    return wire;
  }

  /** Sends a text as it stands, or anything else as JSON. */
  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Sends a request. */
  ask(id: unknown, method: string, params?: unknown, more: Record<string, unknown> = {}): void {
    this.send({ jsonrpc: '2.0', id, method, params, ...more });
  }

  /** Sends a notification. */
  tell(method: string, params: unknown): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  /** Waits until `count` messages have come in all, and gives them as JSON. */
  async until(count: number): Promise<unknown[]> {
    await vi.waitFor(() => expect(this.received.length).toBeGreaterThanOrEqual(count), 10_000);
    return this.received.map((text) => JSON.parse(text));
  }

  /** The code with which the other side ends it. */
  async closed(): Promise<number> {
    const [code] = await once(this.ws, 'close');
    return code as number;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
  }
}
