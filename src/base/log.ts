/**
 * What a node says of itself, one JSON object a line. The sink decides where it goes; nothing here knows files.
 */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface LogRecord {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds `fields` to each record. */
  child(fields: LogFields): Log;
}

const severity: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that hands every record of at least `level` to `sink`. */
export function createLog(sink: (record: LogRecord) => void, level: LogLevel = 'info', own: LogFields = {}): Log {
  const write = (at: LogLevel) => (message: string, fields?: LogFields) => {
    if (severity[at] < severity[level]) return;
    sink({ time: new Date().toISOString(), level: at, message, fields: fields ? { ...own, ...fields } : own });
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => createLog(sink, level, { ...own, ...fields }),
  };
}

export const silentLog: Log = createLog(() => undefined, 'error');

/** One line of JSON; undefined fields are left out. */
export function formatJsonLine(record: LogRecord): string {
  const { time, level, message, fields } = record;
  return `${JSON.stringify({ time, level, message, ...fields })}\n`;
}
