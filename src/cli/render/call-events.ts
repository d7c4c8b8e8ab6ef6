import type { ToolLog, ToolProgress } from '../../../gen/towline/v1/tool_service_pb.ts';
import { plainLine } from './plain.ts';

const BAR_CHARS = 20;

/** `[######--------------] 3/10 reading`. Without a total there is no bar. */
export function renderProgress({ progress, total, message }: ToolProgress): string {
  const text = plainLine(message);
  if (total === undefined || total <= 0) return `progress ${progress} ${text}`.trimEnd();
  const filled = Math.round(BAR_CHARS * Math.min(1, Math.max(0, progress / total)));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CHARS - filled)}] ${progress}/${total} ${text}`.trimEnd();
}

/** What the upstream logged, on one line. */
export function renderLog({ level, logger, dataJson }: ToolLog): string {
  return plainLine([level, logger, dataJson].filter(Boolean).join(' '));
}
