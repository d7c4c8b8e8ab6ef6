// A caller that takes too much slows itself and nobody else: on whole nodes, over real links.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { createClient } from '../../../src/rpc/client.ts';
import { errorInfoOf, reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';

const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const codex: Principal = { kind: 'agent', name: 'codex', groups: new Set() };
const upstream = join(import.meta.dirname, '..', '..', 'fixtures', 'echo-server.ts');

async function call(node: LocalNode, size = 0): Promise<string> {
  const tool = { node: 'work', upstream: 'echo', name: 'whoami' };
  try {
    const argumentsJson = JSON.stringify({ text: 'x'.repeat(size) });
    for await (const _ of node.running.clients(claude).tools.callTool({ tool, argumentsJson }));
    return 'done';
  } catch (error) {
    const info = errorInfoOf(error);
    return `${info?.reason}${info?.retryDelayMs ? ', to be tried again' : ''}`;
  }
}

/** Two that joined the third. */
async function startThree(nodes: LocalNodes) {
  const [work, greedy, modest] = [await nodes.start('work'), await nodes.start('greedy'), await nodes.start('modest')];
  await greedy.join(work);
  await modest.join(work);
  return { work, greedy, modest };
}

const busy = 'TOO_MANY_CALLS, to be tried again';

describe('the limits of a caller', () => {
  it('slow a greedy peer down, and nobody else', async () => {
    await using nodes = await localNodes();
    const { work, greedy, modest } = await startThree(nodes);
    const configure = async (limits: string) => {
      await writeFile(
        join(work.home, 'towline.yaml'),
        `upstreams: {echo: {command: "${process.execPath}", args: ["${upstream}"], share: [home]}}\nlimits: [${limits}]\n`,
      );
      await work.admin.reload({});
    };
    await configure('{who: ["peer:greedy"], calls: 4}');
    await vi.waitFor(async () => expect([await call(greedy), await call(modest)]).toEqual(['done', 'done']), {
      timeout: 10_000,
    });

    const flood = Promise.all(Array.from({ length: 200 }, () => call(greedy)));
    const others: string[] = [];
    for (let n = 0; n < 10; n++) others.push(await call(modest));
    expect(others).toEqual(Array(10).fill('done'));
    const outcomes = new Set(await flood);
    expect([...outcomes].sort()).toEqual([busy, 'done']);
    // Nothing is left counted when it has ended.
    expect(await Promise.all([1, 2, 3, 4].map(() => call(greedy)))).toEqual(Array(4).fill('done'));

    await configure('{who: ["peer:greedy"], bytes_per_minute: 65536}');
    expect(await call(greedy, 100_000)).toBe('done');
    await vi.waitFor(async () => expect(await call(greedy, 100_000)).toBe('TOO_MANY_BYTES, to be tried again'));
    expect(await call(modest, 100_000)).toBe('done');

    await configure('');
    expect(await call(greedy, 100_000)).toBe('done');
  });
});

describe('the quotas of a caller', () => {
  it('bound the channels that it makes and the mail of it that is unread, and nobody else', async () => {
    await using nodes = await localNodes();
    const { work, greedy, modest } = await startThree(nodes);
    const who = '["peer:greedy", "agent:claude"]';
    await writeFile(
      join(work.home, 'towline.yaml'),
      `limits: [{who: ${who}, quotas: {channels: 1, stored_bytes: 1048576}}]\n`,
    );
    await work.admin.reload({});

    const make = (node: LocalNode, name: string, as: Principal) =>
      createClient(ChannelService, node.running.clients(as).transport)
        .createChannel({ name, groups: [] })
        .then(() => 'done', reasonOf);
    // Its hub is the node that invited it.
    expect([await make(greedy, 'a', claude), await make(greedy, 'b', codex)]).toEqual(['done', 'QUOTA_EXCEEDED']);
    expect([await make(modest, 'b', claude), await make(modest, 'c', claude)]).toEqual(['done', 'done']);
    expect([await make(work, 'd', claude), await make(work, 'e', claude)]).toEqual(['done', 'QUOTA_EXCEEDED']);
    expect([await make(work, 'e', codex), await make(work, 'f', codex)]).toEqual(['done', 'done']);

    const send = async (node: LocalNode, target: string, as = claude) => {
      const mail = createClient(MailboxService, node.running.clients(as).transport);
      const { messageId } = await mail.sendMail({ target, text: 'x'.repeat(600_000) });
      for await (const { delivery } of mail.watchDelivery({ messageId }, { timeoutMs: 20_000 })) {
        if (delivery?.state === DeliveryState.DELIVERED) return 'delivered';
        if (delivery?.state === DeliveryState.REFUSED) return delivery.refusal?.reason;
      }
      return 'nothing';
    };
    expect([await send(greedy, 'work'), await send(greedy, 'work')]).toEqual(['delivered', 'QUOTA_EXCEEDED']);
    expect([await send(modest, 'work'), await send(modest, 'work')]).toEqual(['delivered', 'delivered']);
    expect([await send(work, 'self'), await send(work, 'self')]).toEqual(['delivered', 'QUOTA_EXCEEDED']);
    expect([await send(work, 'self', codex), await send(work, 'self', codex)]).toEqual(['delivered', 'delivered']);
  }, 40_000);
});
