// What `towline doctor` says of trust, with a real node to look at.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Peer, PeerSchema } from '../../gen/towline/v1/node_pb.ts';
import { UpstreamStatusSchema } from '../../gen/towline/v1/tool_pb.ts';
import { addressFindings } from '../../src/cli/doctor/addresses.ts';
import { checkFiles } from '../../src/cli/doctor/files.ts';
import { checkRunning } from '../../src/cli/doctor/running.ts';
import { sharingFindings } from '../../src/cli/doctor/sharing.ts';
import { parseNodeId } from '../../src/trust/node-id.ts';
import { testNode } from '../link/support.ts';
import { Doors } from '../node/doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await Doors.open();
});
afterAll(() => doors[Symbol.asyncDispose]());

const address = () => new URL(doors.node.url).host;
const peerAt = (nodeId: Uint8Array, ...addresses: string[]): Peer =>
  create(PeerSchema, { node: { nodeId, alias: 'desk' }, groups: ['home'], addresses });

describe('the addresses of a peer', () => {
  it('are well where it answers with its key and the time of here', async () => {
    const findings = await addressFindings([peerAt(parseNodeId(doors.node.nodeIdText), address())]);
    expect(findings).toMatchObject([{ level: 'ok' }]);
  });

  it.each([
    [5 * 60_000, 'behind'],
    [-5 * 60_000, 'ahead of'],
  ])('tell of a clock that is %i ms off', async (offMs, how) => {
    const peer = peerAt(parseNodeId(doors.node.nodeIdText), address());
    const findings = await addressFindings([peer], () => Date.now() + offMs);
    expect(findings).toMatchObject([
      { check: 'clock', level: 'warn', message: expect.stringContaining(how), help: expect.stringContaining('NTP') },
    ]);
  });

  it('tell of another key, and of nobody', async () => {
    const findings = await addressFindings([peerAt(testNode().nodeId, address(), '127.0.0.1:1')]);
    expect(findings).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining("another key than desk's"),
        help: expect.stringContaining('towline id'),
      },
      {
        level: 'warn',
        message: expect.stringContaining('does not answer at 127.0.0.1:1'),
        help: expect.stringContaining('towline doctor'),
      },
    ]);
  });
});

describe('sharing', () => {
  it('says who can see what, and what nobody can', () => {
    const upstreams = [
      create(UpstreamStatusSchema, { name: 'files', share: ['home', 'team'] }),
      create(UpstreamStatusSchema, { name: 'secret' }),
    ];
    expect(sharingFindings(upstreams, [peerAt(new Uint8Array(32))])).toMatchObject([
      { level: 'ok', message: 'desk (group home) can see and call files' },
      {
        level: 'warn',
        message: expect.stringContaining('team'),
        help: expect.stringContaining('towline invite --group team'),
      },
    ]);
  });
});

describe('a running node', () => {
  it('names the files that others can open, with the command that closes them', async () => {
    expect(await checkFiles(doors.home)).toMatchObject([{ level: 'ok' }]);
    const path = join(doors.home, 'store.db');
    for (const [mode, level] of [
      [0o644, 'warn'],
      [0o620, 'fail'],
    ] as const) {
      await chmod(path, mode);
      expect(await checkFiles(doors.home)).toMatchObject([{ level, help: `chmod 600 '${path}'` }]);
    }
    await chmod(path, 0o600);
  });

  it('tells of a peer that refuses this node, and how its owner mends it', async () => {
    const other = await Doors.open();
    try {
      const nodeId = parseNodeId(other.node.nodeIdText);
      await doors.admin.addTrust({
        nodeId,
        alias: 'deaf',
        group: 'home',
        addresses: [new URL(other.node.url).host],
        dial: true,
      });
      await expect
        .poll(async () => (await checkRunning(doors.home)).find(({ message }) => message.startsWith('deaf refuses')), {
          timeout: 20_000,
        })
        .toMatchObject({ level: 'warn', help: expect.stringContaining(`towline trust add ${doors.node.nodeIdText}`) });
      for (const { level, help, message } of await checkRunning(doors.home)) {
        if (level !== 'ok') expect(help, message).not.toBe('');
      }
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});
