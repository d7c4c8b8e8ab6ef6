/**
 * What is known of an upstream before it is reached. Made from the node's own configuration here, and from the
 * files of other programs in `../files`.
 */
import { resolve } from 'node:path';
import type { UpstreamConfig } from '../../../../gen/towline/v1/config_pb.ts';
import { LocalError } from '../../../base/errors.ts';
import type { SecretSource, SecretSources } from './secrets.ts';

/** Legacy: 2025-11-25 and before, with `initialize`. Modern: 2026-07-28, stateless. */
export type Era = 'legacy' | 'modern';

/** A program that speaks MCP on its standard input and output. */
export interface StdioSpec {
  readonly kind: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the basic variables; `${NAME}` is replaced when the program is started. */
  readonly env: Readonly<Record<string, string>>;
  /** An absolute path. */
  readonly envFile: string | undefined;
  /** An absolute path. */
  readonly cwd: string;
}

/** A Streamable HTTP endpoint. */
export interface HttpSpec {
  readonly kind: 'http';
  readonly url: string;
  /** `${NAME}` is replaced when the endpoint is first asked. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The transport of 2024-11-05: a GET stream that names where to POST. */
export interface SseSpec extends Omit<HttpSpec, 'kind'> {
  readonly kind: 'sse';
}

export type TransportSpec = StdioSpec | HttpSpec | SseSpec;

export interface UpstreamSpec {
  readonly name: string;
  /** Read when it is started. If absent, none. */
  readonly secrets?: SecretSources;
  readonly transport: TransportSpec;
  /** The groups that its tools are shared with. */
  readonly share: readonly string[];
  readonly protocol: 'auto' | Era;
  /** How long a call may go without an answer or progress. */
  readonly timeoutMs: number;
  readonly disabled: boolean;
  /** If not empty, only these tools are offered. */
  readonly allow: ReadonlySet<string>;
  /** These never are. */
  readonly deny: ReadonlySet<string>;
  /** Whether rules of the policy may go by what it says of its own tools. If absent, they may not. */
  readonly trustAnnotations?: boolean;
}

/** Ten minutes: builds and browsers take long, and a caller's own deadline ends a call sooner. */
export const defaultTimeoutMs = 600_000;

/** Turns a validated configuration into a spec; relative paths start at `home`. Throws `CONFIG_INVALID`. */
export function specFromConfig(name: string, config: UpstreamConfig, home: string): UpstreamSpec {
  return {
    name,
    secrets: secretsOf(config, home),
    transport: transportOf(name, config, home),
    share: config.share,
    protocol: protocolOf(config.protocol),
    timeoutMs: config.timeoutMs ?? defaultTimeoutMs,
    disabled: config.disabled,
    allow: new Set(config.tools?.allow),
    deny: new Set(config.tools?.deny),
    trustAnnotations: config.trustAnnotations,
  };
}

function transportOf(name: string, config: UpstreamConfig, home: string): TransportSpec {
  const { transport } = config;
  if (transport.case === 'command') {
    return {
      kind: 'stdio',
      command: transport.value,
      args: config.args,
      env: config.env,
      envFile: config.envFile === '' ? undefined : resolve(home, config.envFile),
      cwd: resolve(home, config.cwd),
    };
  }
  if (transport.case === 'url') return { kind: 'http', url: transport.value, headers: config.headers };
  throw new LocalError('CONFIG_INVALID', `the upstream ${name} has neither a command nor a url`);
}

function secretsOf({ secrets }: UpstreamConfig, home: string): SecretSources {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, { file, command }]): [string, SecretSource] => [
      name,
      file === '' ? { kind: 'command', command, cwd: home } : { kind: 'file', path: resolve(home, file) },
    ]),
  );
}

function protocolOf(text: string): UpstreamSpec['protocol'] {
  return text === 'legacy' || text === 'modern' ? text : 'auto';
}
