/** Output for programs: proto JSON, the shapes of the schema. Empty fields are written too, so that shapes stay stable. */
import { type DescMessage, type JsonObject, type MessageShape, toJson } from '@bufbuild/protobuf';

/** The proto JSON of a message, as a plain value. */
export function jsonOf<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): JsonObject {
  return toJson(schema, message, { alwaysEmitImplicit: true }) as JsonObject;
}

/** One value, indented: for a command that answers once. */
export function prettyJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
