/** `towline policy lint`: a file without a node; what only a running node knows comes on top. */
import { create } from '@bufbuild/protobuf';
import { LintPolicyResponseSchema, PolicyService } from '../../gen/towline/v1/policy_service_pb.ts';
import { LocalError } from '../base/errors.ts';
import { loadConfig } from '../node/config/load.ts';
import { homePaths } from '../node/home.ts';
import { policyFaults } from '../node/policy/keeper.ts';
import { lintPolicy as lint } from '../services/policy/lint.ts';
import { nodeClient } from './client.ts';
import type { Io } from './io.ts';
import { jsonOf, prettyJson } from './render/json.ts';
import { renderFindings } from './render/policy.ts';

export async function lintPolicy(io: Io, file = homePaths(io.home).config): Promise<void> {
  const loaded = await loadConfig(file); // throws what the schema refuses
  const { policy } = loaded.config;
  if (!policy) return io.note(`${file} has no policy`);
  const faults = await policyFaults(loaded);
  if (faults.length > 0) io.exitCode = 1;
  const client = await runningClient(io.home);
  const findings = client ? (await client.lintPolicy({ policy })).findings : await lint(policy);
  if (io.json) {
    return io.print(prettyJson(jsonOf(LintPolicyResponseSchema, create(LintPolicyResponseSchema, { findings }))));
  }
  for (const fault of faults) io.print(`${io.style.bad('refused')}  ${fault}`);
  const doubts = findings.filter(({ refused }) => !refused);
  if (doubts.length > 0) io.print(renderFindings(io.style, doubts));
  if (!client) io.note('No node runs for this home: names and tools were not looked up.');
  if (faults.length === 0) io.print(`${policy.rules.length} rules: they would come into force`);
}

async function runningClient(home: string) {
  try {
    return await nodeClient(home, PolicyService);
  } catch (error) {
    if (error instanceof LocalError && error.reason === 'NODE_NOT_RUNNING') return undefined;
    throw error;
  }
}
