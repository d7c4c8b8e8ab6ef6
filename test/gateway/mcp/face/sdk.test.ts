// The SDKs' own clients against both doors: what they accept, real clients accept.
import type { Duplex } from 'node:stream';
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HttpDoor, openHttp, StdioDoor } from './doors.ts';
import { definition, FakeMesh, progress, result, toolSet } from './fake-mesh.ts';

/** What the tests use of either SDK's client. */
interface Client {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

interface Opened {
  readonly client: Client;
  /** Calls with progress and a way to cancel. */
  call(name: string, signal?: AbortSignal, onprogress?: (event: { progress: number }) => void): Promise<unknown>;
}

type Open = (door: StdioDoor | HttpDoor, onChanged: () => void) => Promise<Opened>;

/** Both SDKs know this shape as their Transport. */
class LineTransport {
  onmessage?: (message: never) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #door: StdioDoor;

  constructor(door: StdioDoor) {
    this.#door = door;
  }

  async start(): Promise<void> {
    void (async () => {
      for (let line = await this.#door.line(); line !== undefined; line = await this.#door.line()) {
        this.onmessage?.(JSON.parse(line) as never);
      }
      this.onclose?.();
    })();
  }

  async send(message: unknown): Promise<void> {
    this.#door.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    (this.#door.input as Duplex).end();
  }
}

const openV1: Open = async (door, onChanged) => {
  const client = new Client1({ name: 'v1', version: '1' }, { listChanged: { tools: { onChanged } } });
  await client.connect((door instanceof StdioDoor ? new LineTransport(door) : new Http1(door.url)) as never);
  return {
    client,
    call: (name, signal, onprogress) =>
      client.callTool({ name }, undefined, { ...(signal && { signal }), ...(onprogress && { onprogress }) }),
  };
};

const openV2 =
  (mode: 'legacy' | 'auto'): Open =>
  async (door, onChanged) => {
    const options = { versionNegotiation: { mode }, listChanged: { tools: { onChanged } } };
    const client = new Client2({ name: 'v2', version: '2' }, options);
    await client.connect((door instanceof StdioDoor ? new LineTransport(door) : new Http2(door.url)) as never);
    return {
      client,
      call: (name, signal, onprogress) =>
        client.callTool({ name }, { ...(signal && { signal }), ...(onprogress && { onprogress }) }),
    };
  };

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe.each([
  ['SDK 1', openV1],
  ['SDK 2 (legacy)', openV2('legacy')],
  ['SDK 2 (auto)', openV2('auto')],
] as const)('%s', (_sdk, open) => {
  describe.each(['stdio', 'HTTP'] as const)('over %s', (transport) => {
    async function start(mesh: FakeMesh, onChanged = (): void => undefined): Promise<Opened> {
      const door = transport === 'stdio' ? new StdioDoor(mesh) : await openHttp(mesh);
      closers.push(async () => door[Symbol.asyncDispose]());
      const opened = await open(door, onChanged);
      closers.push(() => opened.client.close());
      return opened;
    }

    it('lists and calls', async () => {
      const mesh = new FakeMesh().offer(toolSet('self', 'up', definition('a'), definition('b', ',"vendor":{"x":1}')));
      mesh.answer('a', '{"content":[{"type":"text","text":"hi"}],"_meta":{"com.acme/x":1},"vendor":[1]}');
      const { client } = await start(mesh);
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['towline_peers', 'up__a', 'up__b']),
      );
      expect(await client.callTool({ name: 'up__a', arguments: { x: [1, 'é'] } })).toMatchObject({
        content: [{ text: 'hi' }],
        _meta: { 'com.acme/x': 1 },
        vendor: [1],
      });
      expect(mesh.calls[0]).toMatchObject({ argumentsJson: '{"x":[1,"é"]}', metaJson: '', extraJson: '' });
      expect(await client.callTool({ name: 'towline_peers', arguments: {} })).toMatchObject({ content: [{}] });
    });

    it('is refused a tool that is not there', async () => {
      const { client } = await start(new FakeMesh());
      await expect(client.callTool({ name: 'up__gone' })).rejects.toThrow('Unknown tool');
    });

    it('gets progress in order', async () => {
      const mesh = new FakeMesh().offer(toolSet('self', 'up', definition('a'))).on('a', async function* () {
        for (const step of [1, 2, 3]) {
          yield progress(step);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        yield result('{"content":[]}');
      });
      const { call } = await start(mesh);
      const steps: number[] = [];
      await call('up__a', undefined, (event) => steps.push(event.progress));
      expect(steps).toEqual([1, 2, 3]);
    });

    it('cancels a call all the way to the tool', async () => {
      const cancelled = vi.fn();
      const mesh = new FakeMesh()
        .offer(toolSet('self', 'up', definition('a')))
        .on('a', async function* (_call, context) {
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          cancelled();
          yield result('{"content":[]}');
        });
      const { call } = await start(mesh);
      const stop = new AbortController();
      const answer = call('up__a', stop.signal);
      await vi.waitFor(() => expect(mesh.calls).toHaveLength(1));
      stop.abort();
      await expect(answer).rejects.toThrow();
      await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    });

    it('hears that the list has changed', async () => {
      const changed = vi.fn();
      const mesh = new FakeMesh().offer(toolSet('self', 'up', definition('a')));
      const { client } = await start(mesh, changed);
      await client.listTools();
      // The stream for such words may open a moment after the hello.
      await new Promise((resolve) => setTimeout(resolve, 200));
      mesh.offer(toolSet('work', 'up', definition('b')));
      await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 3_000);
    });
  });
});
