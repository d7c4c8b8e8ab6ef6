import { beforeEach, describe, expect, it } from 'vitest';
import { agent, asked, keys, owner, peer, policyOf, program, said, tool } from './support.ts';

beforeEach(() => keys.clear());

const shell = 'self/shell/run';
const files = 'self/files/write';

describe('a policy', () => {
  it('lets the first rule that matches decide, and sharing where none does', async () => {
    const policy = await policyOf([
      { name: 'ci-writes', effect: 'allow', who: ['peer:ci'], tools: ['files/*'] },
      { name: 'no-writes', effect: 'deny', tools: ['files/write*'] },
      { name: 'shell', effect: 'ask', tools: ['shell/*'] },
    ]);
    const [ci, bob] = [peer(1, { alias: 'ci' }), peer(2, { alias: 'bob' })];
    expect(said(asked(policy, ci, files))).toBe('allow by ci-writes');
    expect(said(asked(policy, bob, files))).toBe('deny by no-writes');
    expect(said(asked(policy, bob, shell))).toBe('ask by shell');
    expect(said(asked(policy, bob, 'self/other/tool'))).toBe('allow');
  });

  it.each([
    ['peer:bob', peer(1), true],
    ['peer:*', peer(1), true],
    ['group:home', peer(1), true],
    ['role:worker', peer(1), true],
    ['role:thinker', peer(1), false],
    ['key:did:key:z6MkXXXX', peer(1), false],
    ['agent:bob', peer(1), false],
    ['agent:claude', agent('claude'), true],
    ['agent:*', agent('claude'), true],
    [`token:${'a1'.repeat(16)}`, agent('claude'), true],
    ['group:home', agent('claude'), false],
    ['program:ci', program('ci', 'home'), true],
    ['group:home', program('ci', 'home'), true],
    ['peer:ci', program('ci', 'home'), false],
    ['*', program('ci'), true],
  ])('takes %s for what this node says of the caller', async (who, principal, matches) => {
    keys.set(1, { alias: 'bob', role: 'worker', groups: ['home', 'work'] });
    const policy = await policyOf([{ name: 'r', effect: 'deny', who: [who] }]);
    expect(said(asked(policy, principal, shell))).toBe(matches ? 'deny by r' : 'allow');
  });

  it('follows the keyring when keys change their names: a rule is never about the one who had the name before', async () => {
    const policy = await policyOf([{ name: 'bob-only', effect: 'deny', who: ['peer:bob'] }]);
    const [first, second] = [peer(1, { alias: 'bob' }), peer(2, { alias: 'eve' })];
    expect([asked(policy, first, shell), asked(policy, second, shell)].map(said)).toEqual([
      'deny by bob-only',
      'allow',
    ]);
    keys.set(1, { alias: 'eve', role: '', groups: [] }).set(2, { alias: 'bob', role: '', groups: [] });
    policy.forgetCallers();
    expect([asked(policy, first, shell), asked(policy, second, shell)].map(said)).toEqual([
      'allow',
      'deny by bob-only',
    ]);
  });

  it('binds the owner only where a rule names the owner, and never in what mends a policy', async () => {
    const policy = await policyOf([
      { name: 'named', effect: 'deny', who: ['owner'], tools: ['shell/*'] },
      { name: 'owner-all', effect: 'deny', who: ['owner'], verbs: ['*'], when: 'verb != "tools.call"' },
      { name: 'all', effect: 'deny' },
    ]);
    expect(said(asked(policy, owner, shell))).toBe('deny by named');
    expect(said(asked(policy, owner, files))).toBe('allow');
    const verb = (name: string) => said(policy.decide({ principal: owner, verb: name }));
    expect(verb('nodes.list_peers')).toBe('deny by owner-all');
    expect(['admin.reload', 'policy.get', 'approvals.approve', 'audit.query'].map(verb)).toEqual(
      Array(4).fill('allow'),
    );
  });

  it('lets what a peer says of its agents cost it something, and win it nothing', async () => {
    const policy = await policyOf([
      { name: 'not-research', effect: 'deny', who: ['acting:research'], tools: ['shell/*'] },
      { name: 'quiet', effect: 'ask', when: 'claimed.agent == "quiet"' },
    ]);
    const bob = peer(1, { alias: 'bob' });
    const acting = (name: string) => said(asked(policy, bob, shell, '', { claimedAgent: name }));
    expect([acting('research'), acting('quiet'), acting('other')]).toEqual([
      'deny by not-research',
      'ask by quiet',
      'allow',
    ]);
    // Agents of this node are named by their tokens, and claim nothing.
    expect(said(asked(policy, agent('research'), shell))).toBe('allow');
  });

  it('gives the same version to the same rules, and another to others', async () => {
    const versions = await Promise.all(
      ['a', 'a', 'b'].map(async (name) => (await policyOf([{ name, effect: 'deny' }])).version),
    );
    expect(versions[0]).toBe(versions[1]);
    expect(versions[0]).not.toBe(versions[2]);
  });
});

describe('expressions', () => {
  const when = (text: string, effect = 'deny') => policyOf([{ name: 'r', effect, tools: ['files/*'], when: text }]);
  const decide = async (text: string, args: string, effect?: string) =>
    asked(await when(text, effect), peer(1, { alias: 'bob', role: 'worker' }), files, args).effect;

  it.each([
    ['args.path.startsWith("/etc")', '{"path":"/etc/passwd"}', 'deny'],
    ['args.path.startsWith("/etc")', '{"path":"/home"}', 'allow'],
    ['args.count > 5', '{"count":6}', 'deny'],
    ['args["count"] == 6', '{"count":6}', 'deny'],
    ['has(args.force) && args.force', '{}', 'allow'],
    ['args.paths.exists(p, p.matches("^/etc/.*"))', '{"paths":["/a","/etc/x"]}', 'deny'],
    ['principal.name == "bob" && "home" in principal.groups && principal.role == "worker"', '', 'deny'],
    ['tool.upstream == "files" && tool.name == "write" && tool.node == "self"', '', 'deny'],
    ['now.getHours("UTC") == 3', '', 'deny'],
    ['verb == "tools.call"', '', 'deny'],
    ['args.nested.deep[1].x == "y"', '{"nested":{"deep":[0,{"x":"y"}]}}', 'deny'],
  ])('see %s of %s', async (text, args, effect) => {
    const policy = await policyOf([{ name: 'r', effect: 'deny', when: text }], {
      now: () => Date.UTC(2026, 0, 1, 3, 30),
    });
    expect(asked(policy, peer(1, { alias: 'bob', role: 'worker' }), files, args).effect).toBe(effect);
  });

  it('let nobody through by failing: an allow does not match, ask and deny do', async () => {
    for (const [text, args] of [
      ['args.path == "x"', '{}'],
      ['args.path == "x"', `{"path":"x","pad":"${'p'.repeat(64 * 1024)}"}`],
      ['args.path == "x"', `{"path":"x","many":[${Array(4_096).fill('0').join()}]}`],
      ['args.count % 2 == 1', '{"count":3}'],
      ['args.path', '{"path":"x"}'],
    ] as const) {
      const rules = (effect: string) => [
        { name: 'r', effect, when: text },
        { name: 'rest', effect: effect === 'allow' ? 'deny' : 'allow' },
      ];
      const bob = peer(1, { alias: 'bob' });
      const results = await Promise.all(
        ['allow', 'ask', 'deny'].map(async (effect) => said(asked(await policyOf(rules(effect)), bob, files, args))),
      );
      expect(results).toEqual(['deny by rest', 'ask by r', 'deny by r']);
    }
  });

  it('take members of arguments for nothing but members', async () => {
    expect(await decide('args.constructor == "x"', '{"constructor":"x"}')).toBe('deny');
    expect(await decide('args.o.constructor == "x"', '{"o":{"constructor":"x"}}')).toBe('deny');
    expect(
      await decide('args.o["$typeName"] == "google.protobuf.Any"', '{"o":{"$typeName":"google.protobuf.Any"}}'),
    ).toBe('deny');
    expect(await decide('has(args.toString)', '{}')).toBe('allow');
    expect(await decide('args.__proto__ == 1.0', '{"__proto__":1}')).toBe('deny');
  });

  it('believe an annotation only of an upstream that is trusted with it', async () => {
    const policy = await policyOf([
      { name: 'reads', effect: 'allow', when: 'tool.annotations.readOnlyHint' },
      { name: 'rest', effect: 'deny' },
    ]);
    const bob = peer(1, { alias: 'bob' });
    const definition = '{"name":"read","annotations":{"readOnlyHint":true}}';
    const call = (definitionJson?: string) =>
      said(asked(policy, bob, 'self/files/read', '', { tool: tool('self/files/read', definitionJson) }));
    expect([call(definition), call('{"name":"read"}'), call()]).toEqual([
      'allow by reads',
      'deny by rest',
      'deny by rest',
    ]);
  });

  it('take no longer for the largest arguments that they see than a call may', async () => {
    const policy = await when('args.list.all(x, x == 1.0)');
    const bob = peer(1, { alias: 'bob' });
    const args = `{"list":[${Array(4_000).fill('1').join()}]}`;
    const started = performance.now();
    expect(asked(policy, bob, files, args).effect).toBe('deny');
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('limits of rules', () => {
  it('count each caller by itself, let as many at once as they say, and then tell how long to wait', async () => {
    let ticks = 0;
    const policy = await policyOf([{ name: 'few', effect: 'allow', tools: ['shell/*'], limit: '3/1m' }], {
      ticks: () => ticks,
    });
    const [bob, eve] = [peer(1, { alias: 'bob' }), peer(2, { alias: 'eve' })];
    const call = () => asked(policy, bob, shell);
    expect([call(), call(), call()].map(said)).toEqual(Array(3).fill('allow by few'));
    expect(call()).toMatchObject({ effect: 'deny', rule: 'few', retryMs: 20_000 });
    expect(said(asked(policy, eve, shell))).toBe('allow by few');
    ticks += 20_000;
    expect([call(), call()].map(({ effect }) => effect)).toEqual(['allow', 'deny']);
  });

  it('count each tool by itself where they say so', async () => {
    const rule = { name: 'few', effect: 'allow', limit: '1/1h' };
    const bob = peer(1, { alias: 'bob' });
    const places = ['self/a/x', 'self/a/y', 'self/a/x'];
    const together = await policyOf([rule]);
    expect(places.map((place) => asked(together, bob, place).effect)).toEqual(['allow', 'deny', 'deny']);
    const each = await policyOf([{ ...rule, limitPerTool: true }]);
    expect(places.map((place) => asked(each, bob, place).effect)).toEqual(['allow', 'allow', 'deny']);
  });

  it('are not used up by looking', async () => {
    const policy = await policyOf([{ name: 'one', effect: 'allow', limit: '1/1d' }]);
    const bob = peer(1, { alias: 'bob' });
    for (let n = 0; n < 5; n++) {
      policy.explain({ principal: bob, verb: 'tools.call', tool: tool(shell) });
      policy.sees(bob, tool(shell));
    }
    expect(asked(policy, bob, shell).effect).toBe('allow');
  });
});

describe('what is shown', () => {
  it('is what could be called with some arguments: what can never be called is not seen', async () => {
    const policy = await policyOf([
      { name: 'no-shell', effect: 'deny', tools: ['shell/*'] },
      { name: 'not-etc', effect: 'deny', tools: ['files/*'], when: 'args.path.startsWith("/etc")' },
      { name: 'delete', effect: 'ask', tools: ['files/delete'] },
      { name: 'small', effect: 'allow', tools: ['db/*'], when: 'args.size < 10' },
      { name: 'not-bob', effect: 'deny', tools: ['desk/*'], when: 'principal.name == "bob"' },
      { name: 'rest', effect: 'deny', tools: ['db/*'] },
    ]);
    const bob = peer(1, { alias: 'bob' });
    const sees = (place: string) => policy.sees(bob, tool(place));
    expect(['self/files/read', 'self/files/delete', 'self/db/query', 'self/other/x'].map(sees)).toEqual(
      Array(4).fill(true),
    );
    expect(['self/shell/run', 'self/desk/x'].map(sees)).toEqual([false, false]);
    expect(policy.sees(owner, tool('self/shell/run'))).toBe(true);
  });
});

describe('a thousand rules', () => {
  it('are looked through once for each caller and tool', async () => {
    const rules = Array.from({ length: 1_000 }, (_, n) => ({
      name: `r${n}`,
      effect: n % 2 ? 'deny' : 'allow',
      who: [`peer:p${n % 100}`],
      tools: [`up${n % 10}/tool${n}`],
      when: `args.x == ${n}.0`,
    }));
    const policy = await policyOf(rules);
    const p42 = peer(1, { alias: 'p42' });
    expect(said(asked(policy, p42, 'self/up2/tool942', '{"x":942}'))).toBe('allow by r942');
    expect(said(asked(policy, p42, 'self/up2/tool942', '{"x":1}'))).toBe('allow');
    expect(said(asked(policy, peer(2, { alias: 'p43' }), 'self/up3/tool943', '{"x":943}'))).toBe('deny by r943');
  });
});
