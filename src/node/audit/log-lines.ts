/** What the node says of itself, without secrets. */
import type { LogRecord } from '../../base/log.ts';
import type { Redactor } from '../../base/redact.ts';

export function withoutSecrets(record: LogRecord, redactor: Redactor): LogRecord {
  const fields = Object.fromEntries(
    Object.entries(record.fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? redactor.text(value) : value,
    ]),
  );
  return { ...record, message: redactor.text(record.message), fields };
}
