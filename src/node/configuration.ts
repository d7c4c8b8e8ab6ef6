/** The configuration of a node, from its file and from the command line, and what of it can be read again. */
import { isAbsolute, resolve } from 'node:path';
import type { Config } from '../../gen/towline/v1/config_pb.ts';
import { loadMcpFile } from '../gateway/mcp/files/mcp-file.ts';
import { specFromConfig, type UpstreamSpec } from '../gateway/mcp/upstream/spec.ts';
import { loadConfig } from './config/load.ts';
import { type ProblemAt, problemText } from './config/problem.ts';
import type { HomePaths } from './home.ts';

/** An MCP configuration file that was named on the command line. */
export interface McpFileRequest {
  readonly path: string;
  readonly share: readonly string[];
}

export interface Configuration {
  readonly config: Config;
  readonly upstreams: readonly UpstreamSpec[];
  /** What is wrong, as "file:line:column: reason". The rest is in force. */
  readonly errors: readonly string[];
  /** For what is found later, in what the configuration means. */
  readonly problemAt: ProblemAt;
}

/** Throws CONFIG_INVALID if towline.yaml cannot be used at all. */
export async function readConfiguration(paths: HomePaths, extra: readonly McpFileRequest[]): Promise<Configuration> {
  const loaded = await loadConfig(paths.config);
  const own = Object.entries(loaded.config.upstreams).map(([name, config]) => specFromConfig(name, config, paths.home));
  const files = [
    ...loaded.config.mcpFiles.map(({ path, share }) => ({ path: within(paths.home, path), share })),
    ...extra,
  ];
  const read = await Promise.all(files.map(({ path, share }) => loadMcpFile(path, { share })));
  const errors = [...loaded.problems.map(problemText), ...read.flatMap(({ problems }) => problems.map(mcpProblemText))];
  const { config, problemAt } = loaded;
  return { config, problemAt, ...withoutTwins([...own, ...read.flatMap(({ specs }) => specs)], errors) };
}

/** Two upstreams of one name could be told apart by nobody: the first stays. */
function withoutTwins(specs: readonly UpstreamSpec[], errors: readonly string[]) {
  const byName = new Map<string, UpstreamSpec>();
  const twins = specs.filter((spec) => {
    if (byName.has(spec.name)) return true;
    byName.set(spec.name, spec);
    return false;
  });
  const told = twins.map(({ name }) => `upstream ${name} is configured twice; the first is used`);
  return { upstreams: [...byName.values()], errors: [...errors, ...told] };
}

function within(home: string, path: string): string {
  return isAbsolute(path) ? path : resolve(home, path);
}

function mcpProblemText(problem: {
  file: string;
  line: number;
  column: number;
  server?: string;
  reason: string;
}): string {
  const message = problem.server === undefined ? problem.reason : `${problem.server}: ${problem.reason}`;
  return problemText({ ...problem, message });
}
