/** Which entries somebody wants to see. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { AuditEntry } from '../../../gen/towline/v1/audit_pb.ts';
import type { AuditFilter } from '../../../gen/towline/v1/audit_service_pb.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { fits } from '../../trust/scope.ts';
import { CLOCK_SLACK_MS } from './limits.ts';

export interface Match {
  matches(entry: AuditEntry): boolean;
  /** Whether no entry before this one can match. */
  isPast(entry: AuditEntry): boolean;
}

export function matchOf(filter: AuditFilter | undefined): Match {
  const { sinceTime, untilTime, caller = '', tool = '', kinds = [], failed = false } = filter ?? {};
  const sinceMs = sinceTime ? timestampMs(sinceTime) : Number.NEGATIVE_INFINITY;
  const untilMs = untilTime ? timestampMs(untilTime) : Number.POSITIVE_INFINITY;
  const wantsTool = tool === '' ? undefined : toolPattern(tool);
  const wanted = new Set(kinds);
  return {
    matches(entry) {
      const ms = timeOf(entry);
      if (ms < sinceMs || ms >= untilMs) return false;
      if (wanted.size > 0 && !wanted.has(entry.event.case ?? '')) return false;
      if (caller !== '' && !isCaller(entry, caller)) return false;
      if (wantsTool && !wantsTool(toolOf(entry))) return false;
      return !failed || isFailure(entry);
    },
    isPast: (entry) => timeOf(entry) < sinceMs - CLOCK_SLACK_MS,
  };
}

function timeOf({ time }: AuditEntry): number {
  return time ? timestampMs(time) : 0;
}

function isCaller({ principal }: AuditEntry, wanted: string): boolean {
  if (!principal) return false;
  const { kind, name, agent, nodeId } = principal;
  if ([name, `${kind}:${name}`, agent].includes(wanted)) return true;
  return nodeId.length === 32 && formatNodeId(nodeId) === wanted;
}

function toolOf({ event }: AuditEntry): string {
  if (event.case === 'call' || event.case === 'approval') return event.value.tool;
  if (event.case === 'decision' || event.case === 'grant') return event.value.resource;
  return '';
}

/** A bare name is the tool's own, of whichever upstream. */
function toolPattern(wanted: string): (tool: string) => boolean {
  const pattern = wanted.includes('/') ? wanted : `*/${wanted}`;
  return (tool) => tool !== '' && fits(pattern, tool);
}

function isFailure({ event }: AuditEntry): boolean {
  switch (event.case) {
    case 'call':
      return event.value.status !== 0 || event.value.isError;
    case 'decision':
      return event.value.effect === 'deny';
    case 'approval':
      return !['pending', 'granted', 'used'].includes(event.value.step);
    case 'refusal':
    case 'loss':
    case 'heal':
      return true;
    default:
      return false;
  }
}
