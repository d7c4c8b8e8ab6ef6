/** Log levels of MCP, least severe first (RFC 5424). */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Whether something of `level` is to be told to one who asked for `least`. Unknown levels are. */
export function isAtLeast(level: string, least: string): boolean {
  const rank = levels.indexOf(level);
  return rank < 0 || rank >= levels.indexOf(least);
}
