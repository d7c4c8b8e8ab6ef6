import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { type AuditEntry, AuditEntrySchema } from '../../../gen/towline/v1/audit_pb.ts';
import { type AuditFilterSchema, AuditReportSchema, AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import { LocalError, systemCodeOf } from '../../base/errors.ts';
import { homePaths } from '../../node/home.ts';
import { verifyPath } from '../../services/audit/verify.ts';
import { loadIdentity } from '../../trust/identity.ts';
import { parseNodeId } from '../../trust/node-id.ts';
import { nodeClient } from '../client.ts';
import { parseSeconds } from '../duration.ts';
import { exitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { collect } from '../options.ts';
import { renderEntry, renderReport } from '../render/audit.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { usageError } from '../usage.ts';
import { watchUntilInterrupted } from '../watch.ts';

export const examples = [
  'towline audit tail --follow',
  'towline audit query --since 24h --failed',
  "towline audit query --caller peer:desk --tool 'self/files/*'",
  'towline audit export log.audit',
  'towline audit verify',
  'towline audit verify log.audit --node did:key:z6Mk…',
];

interface FilterOptions {
  readonly since?: number;
  readonly until?: number;
  readonly caller?: string;
  readonly tool?: string;
  readonly kind?: string[];
  readonly failed?: boolean;
}

type Filter = MessageInitShape<typeof AuditFilterSchema>;

/** `towline audit`: what the node has recorded. `verify` works with the node up or down. */
export function setup(command: Command, io: Io): void {
  filtered(command.command('tail').description('Show the last entries.'))
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .option('-n, --lines <count>', 'how many of the last entries', parseCount, 20)
    .action((options: FilterOptions & { follow?: boolean; lines: number }) => tail(io, options));
  filtered(command.command('query').description('Find entries, newest first.'))
    .option('-n, --lines <count>', 'at most so many', parseCount, 100)
    .action((options: FilterOptions & { lines: number }) => query(io, options));
  command
    .command('export <file>')
    .description('Write the log as one file that can be verified by itself.')
    .option('--since <time>', 'from the file that has this time on', parseMoment)
    .action((file: string, { since }: { since?: number }) => exportTo(io, file, since));
  command
    .command('verify [path]')
    .description("Look whether the log is whole: this node's, another folder, or an export. Needs no running node.")
    .option('--node <id>', 'whose log it should be (default: this node; of another path, whoever signed)')
    .action((path: string | undefined, { node }: { node?: string }) => verify(io, path, node));
}

function filtered(command: Command): Command {
  return command
    .option('--since <time>', 'from then on: 15m, 24h, 7d, or 2026-03-01T09:00', parseMoment)
    .option('--until <time>', 'before then', parseMoment)
    .option('--caller <who>', 'an alias, an agent, "peer:desk", or a key')
    .option('--tool <tool>', 'its name, or node/upstream/name, with * for any run of characters')
    .option('--kind <kind>', 'call, decision, refusal, trust, …; may be repeated', collect)
    .option('--failed', 'only what went wrong');
}

async function tail(io: Io, options: FilterOptions & { follow?: boolean; lines: number }): Promise<void> {
  const audit = await nodeClient(io.home, AuditService);
  const { follow = false, lines: count } = options;
  await watchUntilInterrupted(
    (signal) => audit.tailAudit({ filter: filterOf(options), count, follow }, { signal }),
    ({ entry }) => entry && print(io, entry),
  );
}

async function query(io: Io, options: FilterOptions & { lines: number }): Promise<void> {
  const audit = await nodeClient(io.home, AuditService);
  let left = options.lines;
  let pageToken = '';
  do {
    const page = await audit.queryAudit({ filter: filterOf(options), pageSize: Math.min(left, 1_000), pageToken });
    for (const entry of page.entries) print(io, entry);
    left -= page.entries.length;
    pageToken = page.nextPageToken;
  } while (left > 0 && pageToken !== '');
}

async function exportTo(io: Io, file: string, sinceMs: number | undefined): Promise<void> {
  const audit = await nodeClient(io.home, AuditService);
  const request = sinceMs === undefined ? {} : { sinceTime: timestampFromMs(sinceMs) };
  async function* bytes() {
    for await (const { data } of audit.exportAudit(request)) yield data;
  }
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(bytes(), target);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw exists(file);
    await rm(file, { force: true });
    throw error;
  }
  const report = await verifyPath(file, { nodeId: (await loadIdentity(io.home)).nodeId });
  if (io.json) return io.print(prettyJson(jsonOf(AuditReportSchema, report)));
  io.print(`${file}: ${report.entryCount} entries, ${report.firstNumber} to ${report.lastNumber}`);
  if (!report.isIntact) io.note(renderReport(io.style, report));
}

async function verify(io: Io, path: string | undefined, node: string | undefined): Promise<void> {
  const own = path === undefined ? (await loadIdentity(io.home)).nodeId : undefined;
  const nodeId = node === undefined ? own : parseNodeId(node);
  const report = await verifyPath(path ?? homePaths(io.home).audit, { nodeId });
  io.print(io.json ? prettyJson(jsonOf(AuditReportSchema, report)) : renderReport(io.style, report));
  if (!report.isIntact) io.exitCode = exitCode('failure');
}

function print(io: Io, entry: AuditEntry): void {
  io.print(io.json ? JSON.stringify(jsonOf(AuditEntrySchema, entry)) : renderEntry(io.style, entry));
}

function filterOf({ since, until, caller = '', tool = '', kind = [], failed = false }: FilterOptions): Filter {
  return {
    ...(since !== undefined && { sinceTime: timestampFromMs(since) }),
    ...(until !== undefined && { untilTime: timestampFromMs(until) }),
    caller,
    tool,
    kinds: kind,
    failed,
  };
}

/** A length of time before now, or a moment. */
function parseMoment(text: string): number {
  if (/^\d+(\.\d+)?[smhd]?$/.test(text)) return Math.round(Date.now() - parseSeconds(text) * 1_000);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw usageError(`"${text}" is no time`, 'write 15m, 24h or 7d, or 2026-03-01T09:00');
  return ms;
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a number of entries`);
}

function exists(file: string): LocalError {
  return new LocalError('FILE_EXISTS', `${file} exists, and is not overwritten`, { help: 'name another file' });
}
