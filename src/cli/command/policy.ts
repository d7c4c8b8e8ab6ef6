import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  GetPolicyResponseSchema,
  ListVerbsResponseSchema,
  PolicyService,
  TestPolicyResponseSchema,
} from '../../../gen/towline/v1/policy_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { allPages } from '../pages.ts';
import { askCase, type Question, questionOf } from '../policy.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderDecision, renderPolicy, renderSteps } from '../render/policy.ts';
import { usageError } from '../usage.ts';

export const examples = [
  'towline policy show',
  'towline policy test --as worker-3 --tool files/write --args \'{"path": "/etc/passwd"}\'',
  'towline policy explain --as agent:claude --verb channels.send',
  'towline policy test --file policy-cases.yaml',
  'towline policy lint',
];

interface TestOptions extends Question {
  readonly file?: string;
}

/** `towline policy`: the rules of towline.yaml, and what they say. */
export function setup(command: Command, io: Io): void {
  command
    .command('show')
    .description('Show the rules that are in force, in their order.')
    .action(() => show(io));
  withQuestion(
    command
      .command('test')
      .description('Ask what would happen. Nothing is called or counted.')
      .option('--file <cases>', 'ask all of a file, and compare: ends with 1 if an answer is another'),
  ).action((options: TestOptions) => (options.file === undefined ? ask(io, options, false) : askAll(io, options.file)));
  withQuestion(
    command.command('explain').description('Ask what would happen, and show what became of every rule.'),
  ).action((options: Question) => ask(io, options, true));
  command
    .command('lint [file]')
    .description("Check the policy of a configuration file (default: this node's): ends with 1 if it would be refused.")
    .action(async (file?: string) => (await import('../lint-policy.ts')).lintPolicy(io, file));
  command
    .command('verbs')
    .description('List what rules can be about.')
    .action(() => verbs(io));
}

function withQuestion(command: Command): Command {
  return command
    .option('--as <who>', "a peer's alias, agent:NAME, program:NAME, token:ID or owner")
    .option('--tool <name>', 'TOOL, UPSTREAM/TOOL or NODE/UPSTREAM/TOOL')
    .option('--verb <verb>', 'what is done, if it is not to call a tool')
    .option('--args <json>', 'the arguments, a JSON object')
    .option('--time <time>', 'the time that rules see, as in 2026-12-24T20:00:00Z (default: now)')
    .option('--acting <agent>', 'the agent that a peer says it acts for');
}

async function show(io: Io): Promise<void> {
  const client = await nodeClient(io.home, PolicyService);
  const response = await client.getPolicy({});
  if (io.json) return io.print(prettyJson(jsonOf(GetPolicyResponseSchema, response)));
  if (response.refusal !== '') io.note(`The file of now is not in force: ${response.refusal}`);
  const rules = response.policy?.rules ?? [];
  if (rules.length > 0) return io.print(renderPolicy(io.style, rules));
  io.note('No policy: sharing alone decides. Rules stand in towline.yaml under `policy`; docs/POLICY.md shows some.');
}

async function ask(io: Io, question: Question, explains: boolean): Promise<void> {
  if (question.as === undefined) throw usageError('nobody asks', 'say who, with --as');
  const client = await nodeClient(io.home, PolicyService);
  const response = await client.testPolicy(questionOf(question));
  if (io.json) return io.print(prettyJson(jsonOf(TestPolicyResponseSchema, response)));
  if (!response.decision) return;
  if (explains && response.decision.steps.length > 0) io.print(`${renderSteps(io.style, response.decision.steps)}\n`);
  io.print(renderDecision(io.style, response.decision));
}

async function askAll(io: Io, file: string): Promise<void> {
  const { PolicyCasesSchema } = await import('../../../gen/towline/v1/policy_pb.ts');
  const { readMessage } = await import('../../node/config/message.ts');
  const { cases } = await readMessage(PolicyCasesSchema, file);
  const client = await nodeClient(io.home, PolicyService);
  const results = [];
  for (const expected of cases) results.push(await askCase(client, expected));
  const wrong = results.filter(({ ok }) => !ok);
  if (wrong.length > 0) io.exitCode = 1;
  if (io.json) return io.print(prettyJson({ cases: results }));
  for (const { name, expected, got } of wrong) {
    io.print(`${io.style.bad('wrong')}  ${name}: expected ${expected}, got ${got}`);
  }
  io.print(`${results.length - wrong.length} of ${results.length} answers are as expected`);
}

async function verbs(io: Io): Promise<void> {
  const client = await nodeClient(io.home, PolicyService);
  const all = await allPages(async (pageToken) => {
    const { verbs: rows, nextPageToken } = await client.listVerbs({ pageToken });
    return { rows, nextPageToken };
  });
  if (io.json)
    return io.print(prettyJson(jsonOf(ListVerbsResponseSchema, create(ListVerbsResponseSchema, { verbs: all }))));
  io.print(all.join('\n'));
}
