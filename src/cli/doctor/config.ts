import { existsSync } from 'node:fs';
import { loadConfig } from '../../node/config/load.ts';
import { problemText } from '../../node/config/problem.ts';
import { homePaths } from '../../node/home.ts';
import { policyFaults } from '../../node/policy/keeper.ts';
import { type Check, fail, ok } from './finding.ts';

/** What is wrong in towline.yaml, with its place. */
export const checkConfig: Check = async (home) => {
  const { config: path } = homePaths(home);
  if (!existsSync(path)) return [ok('configuration', 'none: the defaults are in force')];
  const loaded = await loadConfig(path); // throws what makes the whole file unusable
  const { problems } = loaded;
  const faults = await policyFaults(loaded);
  if (faults.length > 0) return faults.map((fault) => fail('policy', fault, `mend ${path}; towline policy lint`));
  if (problems.length === 0) return [ok('configuration', path)];
  return problems.map((problem) => fail('configuration', problemText(problem), `mend ${path}`));
};
