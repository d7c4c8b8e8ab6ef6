import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  AdminService,
  CreateTokenResponseSchema,
  ListTokensResponseSchema,
  RevokeTokenResponseSchema,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { nodeClient } from '../client.ts';
import { readClientKey } from '../client-key.ts';
import { parseWholeSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { collect } from '../options.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { untilText } from '../render/time.ts';
import { renderTokens } from '../render/tokens.ts';
import { findToken, listTokens } from '../tokens.ts';
import { usageError } from '../usage.ts';

export const examples = [
  'towline token create --agent claude',
  'towline token create --program nightly-build --group home --expires 30d',
  'towline token create --agent reviewer --scope tools:call:desk/files/read_* --scope nodes:read --expires 8h',
  'towline token create --program ci --group home --client-key client.crt',
  'towline token list',
  'towline token revoke claude',
];

interface CreateOptions {
  readonly agent?: string;
  readonly program?: string;
  readonly group?: string[];
  readonly scope?: string[];
  readonly clientKey?: string;
  readonly expires?: number;
}

/** `towline token`: an agent works on this node; a program sees what its groups see. */
export function setup(command: Command, io: Io): void {
  command
    .command('create')
    .description('Make a token. Its text is shown this once.')
    .option('--agent <name>', 'for an MCP client or another agent on this node')
    .option('--program <name>', 'for a program that uses what is shared with its groups')
    .option('--group <group>', 'a group of the program; may be repeated', collect)
    .option(
      '--scope <scope>',
      'allow this and no more: tools:call, tools:call:NODE/UPSTREAM/TOOL, nodes:read; may be repeated',
      collect,
    )
    .option('--client-key <key>', 'useless without this key: a certificate file, did:key or 64 hex digits')
    .option('--expires <time>', 'how long it works (default: 90d)', parseWholeSeconds)
    .action((options: CreateOptions) => createToken(io, options));
  command
    .command('list')
    .description('List the tokens that work.')
    .action(() => list(io));
  command
    .command('revoke <token>')
    .description('Revoke a token, by its id, the start of its id, or the name of its bearer.')
    .action((text: string) => revoke(io, text));
}

async function createToken(io: Io, options: CreateOptions): Promise<void> {
  const { kind, subject } = bearerOf(options);
  const lifetime = options.expires === undefined ? {} : { lifetimeSeconds: options.expires };
  const bound = options.clientKey === undefined ? {} : { clientKey: await readClientKey(options.clientKey) };
  const admin = await nodeClient(io.home, AdminService);
  const { group: groups = [], scope: scopes = [] } = options;
  const answer = await admin.createToken({ kind, subject, groups, scopes, ...bound, ...lifetime });
  if (io.json) return io.print(prettyJson(jsonOf(CreateTokenResponseSchema, answer)));
  io.print(answer.token);
  io.note(`For ${subject}; it expires ${untilText(answer.info?.expireTime)}. It is not shown again.`);
}

function bearerOf({ agent, program, group = [] }: CreateOptions): { kind: TokenKind; subject: string } {
  const help = 'towline token create --agent NAME, or --program NAME --group GROUP';
  if ((agent === undefined) === (program === undefined)) throw usageError('give one of --agent and --program', help);
  if (agent === undefined) return { kind: TokenKind.PROGRAM, subject: program ?? '' };
  if (group.length > 0) throw usageError('an agent has no groups: it works on this node', help);
  return { kind: TokenKind.AGENT, subject: agent };
}

async function list(io: Io): Promise<void> {
  const tokens = await listTokens(io.home);
  if (io.json) {
    return io.print(prettyJson(jsonOf(ListTokensResponseSchema, create(ListTokensResponseSchema, { tokens }))));
  }
  if (tokens.length > 0) return io.print(renderTokens(io.style, tokens));
  io.note('No tokens.');
}

async function revoke(io: Io, text: string): Promise<void> {
  const found = findToken(await listTokens(io.home), text);
  const admin = await nodeClient(io.home, AdminService);
  const answer = await admin.revokeToken({ tokenId: found.tokenId });
  if (io.json) return io.print(prettyJson(jsonOf(RevokeTokenResponseSchema, answer)));
  io.print(`The token ${toHex(found.tokenId)} of ${found.subject} works no more.`);
}
