/** AuditService: what this node has recorded, for its owner. */
import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import type { AuditEntry } from '../../../gen/towline/v1/audit_pb.ts';
import {
  type AuditService,
  ExportAuditResponseSchema,
  type QueryAuditRequest,
  QueryAuditResponseSchema,
  type TailAuditRequest,
  TailAuditResponseSchema,
  VerifyAuditResponseSchema,
} from '../../../gen/towline/v1/audit_service_pb.ts';
import { failure } from '../../rpc/failure.ts';
import type { AuditLog } from './chain/log.ts';
import { entriesAfter, entriesBefore } from './chain/reader.ts';
import { exportLog } from './export.ts';
import { matchOf } from './filter.ts';
import { QUERY_ENTRIES } from './limits.ts';
import { verifyFolder } from './verify.ts';

const DEFAULT_TAIL = 20;
const DEFAULT_PAGE = 100;

/** `nodeId` is the key that the node has now. */
export function createAuditService(log: AuditLog, nodeId: () => Uint8Array): ServiceImpl<typeof AuditService> {
  return {
    tailAudit: (request, { signal }) => tail(log, request, signal),
    queryAudit: (request) => query(log, request),
    async *exportAudit({ sinceTime }) {
      for await (const data of exportLog(log, sinceTime && timestampMs(sinceTime)))
        yield create(ExportAuditResponseSchema, { data });
    },
    verifyAudit: async () =>
      create(VerifyAuditResponseSchema, { report: await verifyFolder(log.folder, { nodeId: nodeId() }) }),
  };
}

async function* tail(log: AuditLog, request: TailAuditRequest, signal: AbortSignal) {
  const { filter, follow, count, afterNumber } = request;
  const { matches } = matchOf(filter);
  const changes = follow ? log.changes.watch(signal) : undefined;
  let seen = log.lastNumber;
  if (afterNumber !== undefined) seen = Math.min(seen, Number(afterNumber));
  else for (const entry of await newest(log, request, count || DEFAULT_TAIL, seen)) yield sent(entry);
  const isBehind = afterNumber !== undefined;
  if (isBehind) yield* since();
  if (changes) for await (const _ of changes) yield* since();

  async function* since() {
    const upTo = log.lastNumber;
    for await (const entry of entriesAfter(log.folder, seen, upTo)) if (matches(entry)) yield sent(entry);
    seen = Math.max(seen, upTo);
  }
}

function sent(entry: AuditEntry) {
  return create(TailAuditResponseSchema, { entry });
}

/** The last entries up to `last` that match, oldest first. */
async function newest(log: AuditLog, { filter }: TailAuditRequest, count: number, last: number): Promise<AuditEntry[]> {
  const { entries } = await search(log, filter, count, last + 1);
  return entries.reverse();
}

async function query(log: AuditLog, { filter, pageSize, pageToken }: QueryAuditRequest) {
  const before = pageToken === '' ? log.lastNumber + 1 : beforeOf(pageToken);
  const { entries, next } = await search(log, filter, pageSize || DEFAULT_PAGE, before);
  return create(QueryAuditResponseSchema, { entries, nextPageToken: next === undefined ? '' : String(next) });
}

/** Newest first. `next` is where to go on, if that is worth it. */
async function search(log: AuditLog, filter: TailAuditRequest['filter'], limit: number, before: number) {
  const { matches, isPast } = matchOf(filter);
  const entries: AuditEntry[] = [];
  let looked = 0;
  for await (const entry of entriesBefore(log.folder, before)) {
    looked++;
    if (!entry) continue;
    if (isPast(entry)) return { entries };
    if (matches(entry)) entries.push(entry);
    if (entries.length === limit || looked === QUERY_ENTRIES) return { entries, next: Number(entry.number) };
  }
  return { entries };
}

function beforeOf(token: string): number {
  if (/^[1-9]\d{0,15}$/.test(token)) return Number(token);
  throw failure(Code.InvalidArgument, 'PAGE_TOKEN_INVALID', 'the page token is none of this list', {
    permanent: true,
    help: 'send the next_page_token of the page before as it is, with the same filter',
  });
}
