import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { bytesOf, call, listen, optionsOf, serveEcho, type TestNode, testNode, textOf } from './support.ts';

const LINKS = 100;

describe('a node with 100 links', () => {
  it('calls and is called over all of them at once, and ends one without harm to the others', async () => {
    const hub = testNode();
    await using server = await listen(hub);
    const nodes = Array.from({ length: 4 }, testNode); // certificates take long to make
    const dialed: Link[] = [];
    for (let count = 0; count < LINKS; count += nodes.length) {
      dialed.push(...(await Promise.all(nodes.map((node) => dial(node, server.address, hub.nodeId)))));
    }
    const accepted = await Promise.all(dialed.map(() => server.accepted.next()));
    for (const link of [...dialed, ...accepted]) serveEcho(link);
    const texts = await Promise.all([...dialed, ...accepted].map((link, index) => echo(link, `call ${index}`)));
    expect(texts).toEqual(texts.map((_, index) => `call ${index}`));
    dialed[7]?.close(CloseReason.REQUESTED, 'one leaves');
    await dialed[7]?.closed;
    const others = dialed.filter((_, index) => index !== 7);
    expect(new Set(await Promise.all(others.map((link) => echo(link, 'still here'))))).toEqual(new Set(['still here']));
    for (const link of others) link.close(CloseReason.REQUESTED, 'the test is over');
    await Promise.all(accepted.map((link) => link.closed));
    expect(accepted.every((link) => link.counters().streams === 0)).toBe(true);
  });
});

async function dial(node: TestNode, address: string, nodeId: Uint8Array): Promise<Link> {
  return dialLink(await dialTls({ identity: await node.tls(), nodeId, address }), optionsOf(node));
}

async function echo(link: Link, text: string): Promise<string> {
  const { messages } = await call(link, 'a.B/C', { data: bytesOf(text), halfClose: true }).seen;
  return textOf(messages[0]);
}
