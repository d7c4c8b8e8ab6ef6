// A policy on whole nodes, over real links: in force from the file, changed by a reload, kept when the file is broken.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';
import { PolicyEffect, PolicyGround } from '../../../gen/towline/v1/policy_pb.ts';
import { PolicyService } from '../../../gen/towline/v1/policy_service_pb.ts';
import { errorInfoOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { type LocalNode, localNodes } from '../../fixtures/nodes.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const upstream = join(import.meta.dirname, '..', '..', 'fixtures', 'echo-server.ts');

const yaml = (policy: string) => `
upstreams:
  echo:
    command: ${process.execPath}
    args: [${upstream}]
    share: [home]
${policy}`;

const write = (node: LocalNode, policy: string) => writeFile(join(node.home, 'towline.yaml'), yaml(policy));
const policyOf = (node: LocalNode, as = owner) => createClient(PolicyService, node.running.clients(as).transport);
const farTools = async (node: LocalNode) =>
  (await node.running.clients(claude).tools.listTools({})).tools
    .filter(({ ref }) => ref?.node !== 'self')
    .map(({ ref }) => ref?.name);

async function reasonOf(promise: Promise<unknown>) {
  return promise.then(
    () => 'done',
    (error: unknown) => errorInfoOf(error)?.reason,
  );
}

describe('the policy of a node', () => {
  it('is read from its file, again at a reload, and stays when the file is broken', async () => {
    await using nodes = await localNodes();
    const [work, laptop] = [await nodes.start('work'), await nodes.start('laptop')];
    await laptop.join(work);
    await write(work, '');
    await work.admin.reload({});
    await vi.waitFor(async () => expect(await farTools(laptop)).toContain('whoami'), { timeout: 10_000 });

    await write(
      work,
      `policy:
  rules:
    - name: no-loud
      effect: deny
      who: ["peer:laptop"]
      tools: [echo/whoami]
      when: args.message == "LOUD"`,
    );
    await work.admin.reload({});
    const call = (message: string) =>
      reasonOf(
        (async () => {
          const tool = { node: 'work', upstream: 'echo', name: 'whoami' };
          const argumentsJson = JSON.stringify({ message });
          for await (const _ of laptop.running.clients(claude).tools.callTool({ tool, argumentsJson }));
        })(),
      );
    expect([await call('quiet'), await call('LOUD')]).toEqual(['done', 'POLICY_DENIED']);

    await write(
      work,
      `policy:
  rules:
    - name: broken
      effect: allow
      when: principal.nmae == "x"`,
    );
    const failed = await work.admin.reload({}).catch((error: unknown) => error);
    expect(String(failed)).toMatch(/towline\.yaml:11:7: .*rule broken, when: character \d+ .*principal has no "nmae"/);
    expect(errorInfoOf(failed)?.reason).toBe('CONFIG_INVALID');
    expect(await call('LOUD')).toBe('POLICY_DENIED');
    expect((await work.admin.getStatus({})).configErrors).toEqual([expect.stringContaining('not in force')]);
    const { policy, refusal } = await policyOf(work).getPolicy({});
    expect([policy?.rules[0]?.name, refusal]).toEqual(['no-loud', expect.stringContaining('nmae')]);

    // A new name for the laptop's key: the rule is about the name, and about whoever has it now.
    await write(work, 'policy: {rules: [{name: hide, effect: deny, who: ["peer:laptop"], tools: ["echo/*"]}]}');
    await work.admin.reload({});
    expect((await work.admin.getStatus({})).configErrors).toEqual([]);
    await vi.waitFor(async () => expect(await farTools(laptop)).toEqual([]));
  });

  it('answers what would happen, and why', async () => {
    await using nodes = await localNodes();
    const node = await nodes.start('work');
    await write(
      node,
      `policy:
  rules:
    - {name: claude-asks, effect: ask, who: ["agent:claude"], tools: ["echo/*"]}
    - {name: no-agents, effect: deny, who: ["agent:*"], tools: ["echo/*"]}`,
    );
    await node.admin.createToken({ kind: 2, subject: 'claude' });
    await node.admin.createToken({ kind: 2, subject: 'gemini' });
    await node.admin.reload({});
    const tool = { upstream: 'echo', name: 'whoami' };
    const ask = async (as: string, more: object = { tool }) =>
      (await policyOf(node).testPolicy({ as, ...more })).decision;
    await vi.waitFor(async () => expect((await ask('agent:claude'))?.ground).toBe(PolicyGround.RULE), {
      timeout: 10_000,
    });
    expect(await ask('agent:claude')).toMatchObject({ effect: PolicyEffect.ASK, rule: 'claude-asks', visible: true });
    expect(await ask('agent:gemini')).toMatchObject({ effect: PolicyEffect.DENY, rule: 'no-agents', visible: false });
    expect(await ask('owner')).toMatchObject({ effect: PolicyEffect.ALLOW, ground: PolicyGround.NO_RULE });
    expect(await ask('agent:claude', { tool: { name: 'nope' } })).toMatchObject({ ground: PolicyGround.SHARING });
    expect(await ask('agent:claude', { verb: 'admin.reload' })).toMatchObject({ ground: PolicyGround.ACCESS });
    expect(await reasonOf(ask('agent:nobody'))).toBe('PRINCIPAL_UNKNOWN');
    expect(await reasonOf(ask('owner', { verb: 'tools.fly' }))).toBe('VERB_UNKNOWN');
    expect(await reasonOf(ask('agent:claude', { tool, argumentsJson: '{"a":1,"a":2}' }))).toBe('ARGUMENTS_NOT_JSON');
    // An agent asks for itself, and hears of the rule that decides alone.
    const own = await policyOf(node, claude).testPolicy({ tool });
    expect(own.decision).toMatchObject({ rule: 'claude-asks', steps: [{ rule: 'claude-asks' }] });
    expect(await reasonOf(policyOf(node, claude).testPolicy({ as: 'agent:gemini', tool }))).toBe('POLICY_OWN_ONLY');
  });
});
