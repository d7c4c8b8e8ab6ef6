import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { createInvite } from '../../src/trust/invite.ts';
import { Invites } from '../../src/trust/invites.ts';
import { scratchFolder } from '../store/scratch.ts';
import { Clock, failing, newIdentity, newNodeId } from './support.ts';

const DAY_MS = 86_400_000;
const identity = await newIdentity();
const [A, B] = [newNodeId(), newNodeId()];

function setUp() {
  const clock = new Clock();
  const table = openMemoryStore().table('invites');
  const invites = new Invites(table, clock.now);
  const issue = async () => {
    const { body } = createInvite(identity, { addresses: ['h:1'], group: 'home', nowMs: clock.ms });
    await invites.record(body);
    return body.inviteId;
  };
  return { clock, table, invites, issue };
}

describe('the register of invites', () => {
  it('lets one key in, and answers the same key again', async () => {
    const { invites, issue } = setUp();
    const id = await issue();
    expect(await invites.redeem(id, A)).toEqual({ again: false });
    expect(await invites.redeem(id, A)).toEqual({ again: true });
    await expect(invites.redeem(id, B)).rejects.toEqual(failing('INVITE_USED', 'towline invite'));
    expect(await invites.list()).toMatchObject([{ inviteId: id, group: 'home', redeemedBy: A }]);
  });

  it.each(['memory', 'sqlite'])('lets exactly one of many in who come at once (%s)', async (kind) => {
    const store = kind === 'memory' ? openMemoryStore() : openSqliteStore(join(scratchFolder(), 'store.db'));
    onTestFinished(() => store.close());
    const invites = new Invites(store.table('invites'));
    const { body } = createInvite(identity, { addresses: ['h:1'], group: 'home' });
    await invites.record(body);
    const tries = Array.from({ length: 30 }, () => invites.redeem(body.inviteId, newNodeId()));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refusals).toEqual(refusals.map(() => failing('INVITE_USED')));
  });

  it('refuses an invite that it does not know', async () => {
    const { invites } = setUp();
    await expect(invites.redeem(new Uint8Array(16), A)).rejects.toEqual(failing('INVITE_UNKNOWN', 'towline invite'));
  });

  it('refuses an expired invite, but answers the key that was in time', async () => {
    const { clock, invites, issue } = setUp();
    const [used, unused] = [await issue(), await issue()];
    await invites.redeem(used, A);
    clock.ms += DAY_MS;
    expect(await invites.redeem(used, A)).toEqual({ again: true });
    await expect(invites.redeem(unused, A)).rejects.toEqual(failing('INVITE_EXPIRED'));
  });

  it('remembers across restarts', async () => {
    const { clock, table, invites, issue } = setUp();
    const id = await issue();
    await invites.redeem(id, A);
    await expect(new Invites(table, clock.now).redeem(id, B)).rejects.toEqual(failing('INVITE_USED'));
  });

  it('forgets a week after the end', async () => {
    const { clock, invites, issue } = setUp();
    const id = await issue();
    clock.ms += 8 * DAY_MS + 1;
    await issue();
    expect(await invites.list()).toHaveLength(1);
    await expect(invites.redeem(id, A)).rejects.toEqual(failing('INVITE_UNKNOWN'));
  });

  it('refuses to have more than a thousand open', async () => {
    const { clock, table, invites, issue } = setUp();
    const row = { expireMs: clock.ms + 1000, group: 'home' };
    for (let n = 0; n < 1000; n++) {
      await table.put(n.toString(16).padStart(32, '0'), new TextEncoder().encode(JSON.stringify(row)));
    }
    await expect(issue()).rejects.toEqual(failing('TOO_MANY_INVITES'));
    clock.ms += 1000;
    expect(await issue()).toHaveLength(16);
    expect((await invites.list()).length).toBe(1001);
  });
});
