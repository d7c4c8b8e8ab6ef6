// A home that was copied, with real processes: both nodes are told, the younger ends, the elder goes on.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { isProcessAlive } from '../../src/node/run-file.ts';
import { startMesh, type TestMesh, TestNode } from '../fixtures/mesh.ts';

let mesh: TestMesh<'work' | 'laptop'>;
let clone: TestNode;
beforeAll(async () => {
  mesh = await startMesh({ work: {}, laptop: {} });
  await mesh.join('laptop', 'work');
  clone = new TestNode('laptop', join(mesh.node('laptop').home, '..', 'clone'), []);
}, 60_000);
afterAll(async () => {
  await clone.stop('SIGKILL');
  await mesh[Symbol.asyncDispose]();
});

const workSees = async () => {
  const { peers } = await mesh.node('work').json<{ peers: { state: string }[] }>('peers');
  return peers[0]?.state;
};

it('a node that starts anew is no clone, however it ended', async () => {
  await vi.waitFor(async () => expect(await workSees()).toBe('PEER_STATE_CONNECTED'), 20_000);
  await mesh.node('laptop').stop('SIGKILL');
  await mesh.node('laptop').start();
  await vi.waitFor(async () => expect(await workSees()).toBe('PEER_STATE_CONNECTED'), 20_000);
  await sleep(1_000);
  expect((await mesh.node('work').towline('logs')).stdout).not.toContain('two nodes run with one key');
});

it('the younger of two nodes with one key ends and says why; the elder and its peer go on and say so', async () => {
  const laptop = mesh.node('laptop');
  const file = join(laptop.home, '..', 'laptop.towline');
  expect((await laptop.towline('backup', file)).code).toBe(0);
  expect((await clone.towline('restore', file)).code).toBe(0);
  await clone.start();
  await vi.waitFor(() => expect(clone.stderr).toContain('HOME_CLONED'), { timeout: 20_000, interval: 100 });
  await vi.waitFor(() => expect(isProcessAlive(clone.pid)).toBe(false), { timeout: 20_000, interval: 100 });
  expect(await clone.stop()).toBe(1);
  expect((await laptop.towline('logs')).stdout).toContain('another node runs with the key of this one');
  const doctor = await laptop.towline('doctor');
  expect(doctor.stdout).toContain('another node has run with the key of this one');
  expect(doctor.stdout).toContain('towline id rotate');
  expect((await mesh.node('work').towline('logs')).stdout).toContain('two nodes run with one key');
  await vi.waitFor(async () => expect(await workSees()).toBe('PEER_STATE_CONNECTED'), 20_000);
}, 60_000);
