/** The gateway's two doors, opened for a test, and the streams and requests to knock with. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { createMcpHttpHandler, type McpHttpOptions } from '../../../../src/gateway/mcp/face/http.ts';
import { type McpStdioOptions, serveMcpStdio } from '../../../../src/gateway/mcp/face/stdio.ts';
import type { Principal } from '../../../../src/rpc/principal.ts';
import type { FakeMesh } from './fake-mesh.ts';

export const about = { version: '1.2.3' };

export const version = '2026-07-28';

/** A complete envelope, with what else `_meta` shall hold, as JSON text. */
export function envelope(rest = '', versionAsked = version): string {
  const keys = `"io.modelcontextprotocol/protocolVersion":"${versionAsked}","io.modelcontextprotocol/clientCapabilities":{}`;
  return `{${keys}${rest === '' ? '' : `,${rest}`}}`;
}

/** What the tests look at in a message. */
export interface Message {
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

export class StdioDoor implements AsyncDisposable {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly served: Promise<void>;
  readonly #lines: AsyncIterator<string>;

  constructor(mesh: FakeMesh, options: Partial<McpStdioOptions> = {}) {
    const { input, output } = this;
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
    this.served = serveMcpStdio({ input, output, clients: mesh.clients, about, ...options });
  }

  send(text: string): void {
    this.input.write(`${text}\n`);
  }

  async line(): Promise<string> {
    const { value } = (await this.#lines.next()) as { value: string };
    return value;
  }

  async message(): Promise<Message> {
    return JSON.parse(await this.line()) as Message;
  }

  /** Says hello as an older client does. */
  async initialize(protocolVersion = '2025-11-25', capabilities: object = {}): Promise<Message> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'Old Client', version: '3' } };
    this.send(JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'initialize', params }));
    const answer = await this.message();
    this.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.input.end();
    await this.served;
  }
}

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export interface HttpDoor extends AsyncDisposable {
  readonly url: URL;
  readonly port: number;
  /** A POST of an older client; `headers` are added. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
  /** A complete modern request. `params` is the inside of an object, without `_meta`. */
  modern(method: string, params?: string, options?: ModernOptions): Promise<Response>;
}

export interface ModernOptions {
  readonly headers?: Record<string, string>;
  /** What else `_meta` holds. */
  readonly meta?: string;
  readonly name?: string;
  readonly signal?: AbortSignal;
}

const media = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export async function openHttp(
  mesh: FakeMesh,
  options: Partial<McpHttpOptions> = {},
  principalOf: (name: string | undefined) => Principal = () => owner,
): Promise<HttpDoor> {
  const handler = createMcpHttpHandler({ clientsFor: () => mesh.clients, about, ...options });
  const server = createServer((request, response) => {
    handler.handle(request, response, principalOf(request.headers.authorization));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  const post: HttpDoor['post'] = (body, headers) =>
    fetch(url, { method: 'POST', body, headers: { ...media, ...headers } });
  return {
    url,
    port,
    post,
    modern(method, params = '', { headers, meta, name, signal } = {}) {
      const inside = `${params === '' ? '' : `${params},`}"_meta":${envelope(meta)}`;
      return fetch(url, {
        method: 'POST',
        body: `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{${inside}}}`,
        headers: {
          ...media,
          'mcp-protocol-version': version,
          'mcp-method': method,
          ...(name === undefined ? {} : { 'mcp-name': name }),
          ...headers,
        },
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async [Symbol.asyncDispose]() {
      handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The messages of a stream of events, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<Message> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Message;
    }
  }
}
