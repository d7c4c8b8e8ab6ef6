import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/services/policy/compile.ts';
import { lintPolicy } from '../../../src/services/policy/lint.ts';
import { config, type RuleInit } from './support.ts';

const problems = async (...rules: RuleInit[]) => {
  const found = await compilePolicy(config(...rules));
  return found.problems.map(({ path, rule, message }) => `${path.join('.')} ${rule}: ${message}`);
};

describe('a policy is refused when it is loaded', () => {
  it.each([
    ['a ==', /not CEL: character 3: found = but expecting/],
    ['princpal.name == "x"', /character 1 .*there is no "princpal"; known are principal, tool/],
    ['principal.alias == "x"', /principal has no "alias"; known are kind, name/],
    ['principal["alias"] == "x"', /principal has no "alias"/],
    ['principal.name.first == "x"', /principal\.name has no members/],
    ['verb.noun == "x"', /verb has no members/],
    ['has(tool.nmae)', /tool has no "nmae"/],
    ['args.path.beginsWith("x")', /there is no function beginsWith\(\)/],
    ['args.path.startsWith("x", "y")', /startsWith\(\) is not called like this/],
    ['startsWith("x")', /startsWith\(\) is not called like this/],
    ['args.x.matches(args.y)', /the pattern of matches\(\) must be written in the rule/],
    ['args.l.all(x, args.l.exists(y, y == x))', /a macro inside of a macro/],
    ['google.protobuf.Duration{seconds: 1} == args.x', /there is no type google\.protobuf\.Duration/],
    ['process.env.HOME == "x"', /there is no "process"/],
  ])('for %s', async (when, message) => {
    expect(await problems({ name: 'bad', effect: 'deny', when })).toEqual([expect.stringMatching(message)]);
  });

  it('for rules that allow by what a peer says of itself', async () => {
    expect(
      await problems(
        { name: 'a', effect: 'allow', who: ['peer:bob', 'acting:claude'] },
        { name: 'b', effect: 'allow', when: 'claimed.agent == "claude"' },
      ),
    ).toEqual([
      'rules.0.who a: a rule that allows must not go by what a peer says of itself',
      'rules.1.when b: a rule that allows must not go by what a peer says of itself',
    ]);
  });

  it('for names that come twice or not at all, unknown verbs, and limits that limit nothing', async () => {
    expect(
      await problems(
        { name: 'a', effect: 'deny', verbs: ['tools.cal'] },
        { name: 'a', effect: 'deny', limit: '1/1s' },
        { effect: 'deny' },
        { name: 'd', effect: 'allow', limitPerTool: true },
        { name: 'e', effect: 'allow', tools: ['a/b'], verbs: ['admin.*'] },
        { name: 'f' },
      ),
    ).toEqual([
      expect.stringContaining('rules.0.verbs a: there is no verb "tools.cal"'),
      'rules.1.name a: another rule has this name',
      'rules.1.limit a: what is denied needs no limit',
      'rules.2.name : a rule needs a name',
      'rules.3.limit_per_tool d: there is no limit',
      expect.stringContaining('rules.4.verbs e: a rule about tools'),
      'rules.5.effect f: a rule says allow, ask or deny',
    ]);
  });

  it('never for what is right', async () => {
    const right = [
      'principal.kind == "peer" && principal.relayed == false && size(principal.groups) > 0',
      'args.a.b.c == 1 || args["x y"] == null',
      'tool.annotations.destructiveHint == false',
      'args.items.filter(i, i.cost > 5).size() == 0',
      'now < timestamp("2030-01-01T00:00:00Z") && now.getDayOfWeek("Europe/Berlin") in [1, 2, 3, 4, 5]',
      'int(args.n) % 2 == 0 ? true : type(args.n) == double',
      '{"a": 1}["a"] == 1',
      'claimed.agent != ""',
    ];
    expect(await problems(...right.map((when, n) => ({ name: `r${n}`, effect: 'deny', when })))).toEqual([]);
  });
});

describe('lint', () => {
  const names = {
    aliases: ['desk'],
    groups: ['home'],
    roles: ['worker'],
    agents: ['claude'],
    programs: [],
    tokens: [],
    tools: ['self/files/read'],
  };

  it('finds names that the node does not know, and rules that never decide', async () => {
    const findings = await lintPolicy(
      config(
        { name: 'ok', effect: 'allow', who: ['peer:desk', 'group:home', 'peer:*', 'owner'], tools: ['files/*'] },
        { name: 'typo', effect: 'deny', who: ['peer:dsk'], tools: ['file/*'] },
        { name: 'wide', effect: 'deny', tools: ['files/*'] },
        { name: 'late', effect: 'allow', who: ['agent:claude'], tools: ['files/read'] },
        { name: 'owner', effect: 'deny', who: ['owner'], tools: ['files/read'] },
        { name: 'bad', effect: 'deny', when: 'nope' },
      ),
      names,
    );
    expect(findings.map(({ refused, path, message }) => `${refused ? 'refused' : 'doubt'} ${path} ${message}`)).toEqual(
      [
        expect.stringMatching(/^refused rules\.5\.when .*there is no "nope"/),
        'doubt rules.1.who this node knows no peer:dsk',
        'doubt rules.1.tools no tool is there now that "file/*" names',
        'doubt rules.3.name it never decides: the rule wide matches all that it is about',
        'doubt rules.4.name it never decides: the rule ok matches all that it is about',
      ],
    );
  });
});
