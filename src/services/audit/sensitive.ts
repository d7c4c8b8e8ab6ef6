/** Messages without the fields that the schema calls sensitive. */
import { clone, type DescField, type DescMessage, getOption, hasOption, type Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { sensitive } from '../../../gen/towline/v1/sensitive_pb.ts';
import { REDACTED } from '../../base/redact.ts';

/** The message itself if there is nothing to hide in it, else a copy. */
export function withoutSensitive<M extends Message>(schema: DescMessage, message: M): M {
  if (!mayHide(schema)) return message;
  const copy = clone(schema, message) as M;
  hide(reflect(schema, copy));
  return copy;
}

function hide(message: ReflectMessage): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (isSensitive(field)) {
      message.clear(field);
      if (field.fieldKind === 'scalar' && typeof message.get(field) === 'string') message.set(field, REDACTED);
    } else if (field.fieldKind === 'message') {
      hide(message.get(field));
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const item of message.get(field)) hide(item as ReflectMessage);
    } else if (field.fieldKind === 'map' && field.mapKind === 'message') {
      for (const item of message.get(field).values()) hide(item as ReflectMessage);
    }
  }
}

const known = new Map<DescMessage, boolean>();

/** Whether the message or one in it has a sensitive field. */
function mayHide(schema: DescMessage): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  known.set(schema, false); // a message that contains itself
  const hides = schema.fields.some((field) => isSensitive(field) || (field.message && mayHide(field.message)));
  known.set(schema, hides);
  return hides;
}

function isSensitive(field: DescField): boolean {
  return hasOption(field, sensitive) && getOption(field, sensitive);
}
