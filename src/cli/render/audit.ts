/** Entries of the audit log, and what a verification found, for people. */
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type AuditEntry, AuditPhase } from '../../../gen/towline/v1/audit_pb.ts';
import type { AuditReport } from '../../../gen/towline/v1/audit_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderPairs } from './table.ts';

/** One line: time, number, what, who, and what is particular. */
export function renderEntry(style: Style, entry: AuditEntry): string {
  const time = entry.time ? timestampDate(entry.time).toISOString() : '';
  const what = entry.event.case ?? 'unknown';
  const head = [style.dim(time), style.dim(`#${entry.number}`), what.padEnd(10), whoText(entry)];
  const text = plainLine(textOf(entry));
  return [...head, isBad(entry) ? style.bad(text) : text]
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

function whoText({ principal }: AuditEntry): string {
  if (!principal) return '-';
  const { kind, name, agent } = principal;
  const who = kind === name ? kind : `${kind}:${name}`;
  return plainLine(agent === '' ? who : `${who} (${agent})`);
}

function textOf({ event }: AuditEntry): string {
  switch (event.case) {
    case 'call': {
      const { tool, method, phase, durationMs, reason, status, isError, resultBytes, argumentsJson } = event.value;
      const what = tool || method.replace(/^towline\.v1\./, '');
      if (phase === AuditPhase.BEGUN) return `${what} begins ${argumentsJson}`;
      const size = resultBytes === undefined ? '' : ` ${resultBytes} bytes`;
      const how = status === 0 ? (isError ? 'the tool failed' : 'ok') : reason || `status ${status}`;
      return `${what} ${how} ${durationMs} ms${size} ${argumentsJson}`;
    }
    case 'decision': {
      const { effect, rule, verb, resource, reason } = event.value;
      return `${effect} ${verb} ${resource} ${rule === '' ? '' : `(rule ${rule})`} ${reason}`;
    }
    case 'approval': {
      const { step, tool, decidedBy, reason, approvalId } = event.value;
      return `${step} ${tool} ${decidedBy === '' ? '' : `by ${decidedBy}`} ${reason} ${approvalId.slice(0, 8)}`;
    }
    case 'grant':
      return `${event.value.step} ${event.value.grantee} ${event.value.resource}`;
    case 'login':
      return `${event.value.door} ${event.value.address} ${timesText(event.value.count)}`;
    case 'refusal': {
      const { door, reason, address, method, count } = event.value;
      return `${reason} ${door} ${method} ${address} ${timesText(count)}`;
    }
    case 'trust': {
      const { change, alias, nodeId, groups } = event.value;
      return `${change} ${alias} ${groups.join(', ')} ${nodeId.length === 32 ? formatNodeId(nodeId) : ''}`;
    }
    case 'token':
      return `${event.value.change} ${event.value.kind} ${event.value.subject} ${event.value.tokenId.slice(0, 8)}`;
    case 'reload':
      return event.value.errorCount === 0 ? '' : `${event.value.errorCount} errors`;
    case 'start':
      return event.value.software;
    case 'trim':
      return `entries before ${event.value.firstNumber} are deleted`;
    case 'heal':
      return `the end was mended behind entry ${event.value.lastNumber}`;
    case 'loss':
      return `${event.value.count} entries are lost: ${event.value.reason}`;
    default:
      return '';
  }
}

function timesText(count: bigint): string {
  return count > 1n ? `${count} times` : '';
}

function isBad({ event }: AuditEntry): boolean {
  if (event.case === 'call') return event.value.status !== 0;
  return event.case === 'refusal' || event.case === 'loss' || event.case === 'heal';
}

export function renderReport(style: Style, report: AuditReport): string {
  const { entryCount, firstNumber, lastNumber, segmentCount, checkpointCount, signedNumber, lastHash, nodeId } = report;
  const pairs = renderPairs(style, [
    ['entries', entryCount === 0n ? 'none' : `${entryCount} (${firstNumber} to ${lastNumber})`],
    ['files', String(segmentCount)],
    ['checkpoints', String(checkpointCount)],
    ['signed up to', `entry ${signedNumber}`],
    ['signed by', nodeId.length === 32 ? formatNodeId(nodeId) : ''],
    ['last hash', toHex(lastHash)],
  ]);
  const findings = report.findings.map(({ reason, segment, offsetBytes, message }) => {
    const place = segment === '' ? '' : style.dim(` (${plainLine(segment)} at byte ${offsetBytes})`);
    return `${style.bad(reason)}  ${plainLine(message)}${place}`;
  });
  const more = report.findingCount - report.findings.length;
  const verdict = report.isIntact ? style.good('The log is whole.') : style.bad('The log is not whole.');
  const rest = more > 0 ? [`and ${more} more findings`] : [];
  return [pairs, ...report.notes.map((note) => style.dim(plainLine(note))), ...findings, ...rest, verdict].join('\n');
}
