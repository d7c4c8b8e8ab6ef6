const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1_536n` -> "1.5 KB"; the largest unit of 1,024 that leaves a number above one. */
export function bytesText(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
