// docs/WIRE.md says what the schema and both decoders say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CloseReasonSchema, ErrorDetailSchema, FrameSchema, MetadataSchema } from '../../gen/towline/v1/frame_pb.ts';
import { OpenRequestSchema, OpenResponseSchema } from '../../gen/towline/v1/link_service_pb.ts';
import { WEBSOCKET_PROTOCOL } from '../../src/link/carrier/websocket.ts';
import { EnvelopeReader, PACKET_FLAG } from '../../src/link/envelope.ts';
import { eachFrame } from '../../src/link/frame/decode.ts';
import { type Frame, kindNumbers } from '../../src/link/frame/frame.ts';
import { MAX_VERSION, MIN_VERSION } from '../../src/link/hello.ts';
import {
  CONNECT_MS,
  WEBSOCKET_CLOSE_MS,
  WEBSOCKET_MESSAGE_BYTES,
  WEBSOCKET_SEND_BYTES,
} from '../../src/link/limits.ts';
import { WEBSOCKET_PATH } from '../../src/trust/address.ts';
import { root } from '../support/imports.ts';
import { packet } from './raw-peer.ts';

const page = readFileSync(join(root, 'docs', 'WIRE.md'), 'utf8');

/** The cells of the table whose head begins so. */
function table(head: string): string[][] {
  const lines = page.slice(page.indexOf(`| ${head} |`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(2, end);
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const fieldsOf = (desc: { fields: readonly { number: number; name: string }[] }) =>
  desc.fields.map(({ number, name }) => `${number} ${name}`).join(', ');

interface Example {
  readonly bytes: Buffer;
  readonly json: JsonValue;
}

const examples: Example[] = [...page.matchAll(/```hex\n(.*?)```\n+```json\n(.*?)```/gs)].map(
  ([, hex = '', json = '']) => ({
    bytes: Buffer.from(hex.replace(/#.*$/gm, '').replace(/\s+/g, ''), 'hex'),
    json: JSON.parse(json) as JsonValue,
  }),
);

/** The one packet of an envelope. */
function payloadOf(bytes: Buffer): Buffer {
  const payloads: Buffer[] = [];
  const reader = new EnvelopeReader((flag, payload) => {
    expect(flag).toBe(PACKET_FLAG);
    payloads.push(payload);
  });
  reader.push(bytes);
  expect([payloads.length, reader.isBetween]).toEqual([1, true]);
  return payloads[0] ?? Buffer.alloc(0);
}

describe('the page of the protocol', () => {
  it('names every kind of frame, its number, its message and its fields', () => {
    const { fields } = FrameSchema;
    const kinds = fields.filter(({ oneof }) => oneof !== undefined);
    const said = table('no. | kind').map(([number, kind, message, , , list]) => [number, kind, message, list]);
    expect(said).toEqual(
      kinds.map((field) => {
        if (field.fieldKind !== 'message') throw new Error(`${field.name} is no message`);
        return [String(field.number), field.name, field.message.name, fieldsOf(field.message)];
      }),
    );
    expect(said.map(([number]) => Number(number))).toEqual(Object.values(kindNumbers));
    expect(page).toContain(
      `**Metadata** is ${fieldsOf(MetadataSchema)}; **ErrorDetail** is ${fieldsOf(ErrorDetailSchema)}`,
    );
  });

  it('names every reason that ends a link', () => {
    const said = table('no. | reason').map(([number, name]) => [number, name]);
    expect(said).toEqual(CloseReasonSchema.values.map(({ number, localName }) => [String(number), localName]));
  });

  it('says how a WebSocket carries a link', () => {
    expect(page).toContain(`GET ${WEBSOCKET_PATH} `);
    expect(page).toContain(`Sec-WebSocket-Protocol: ${WEBSOCKET_PROTOCOL}\n`);
    expect(page).toContain(`messages of up to ${WEBSOCKET_MESSAGE_BYTES / 2 ** 20} MiB`);
    expect(page).toContain(`sends at most ${WEBSOCKET_SEND_BYTES / 2 ** 10} KiB in one`);
    expect(page).toContain(`if no Close answers in ${WEBSOCKET_CLOSE_MS / 1_000} s`);
    expect(page).toContain(`Connecting takes at most ${CONNECT_MS / 1_000} s`);
  });

  it('is of the version that the code speaks', () => {
    expect(page).toMatch(/^# The link protocol, version 1$/m);
    expect([MIN_VERSION, MAX_VERSION]).toEqual([1, 1]);
  });
});

describe('the packets of the page', () => {
  it('are there, with every kind of frame but Hello and Close', () => {
    const kinds = examples.flatMap(({ bytes }) => fromBinary(OpenRequestSchema, payloadOf(bytes)).frames);
    expect(new Set(kinds.map(({ kind }) => kind.case))).toEqual(
      new Set(['open', 'message', 'end', 'credit', 'cancel', 'headers', 'heartbeat', 'goAway']),
    );
  });

  it.each(examples)('are read by the generated code as the JSON below them (%#)', ({ bytes, json }) => {
    for (const schema of [OpenRequestSchema, OpenResponseSchema]) {
      expect(toJson(schema, fromBinary(schema, payloadOf(bytes)))).toEqual(json);
      expect(Buffer.from(toBinary(schema, fromJson(schema, json)))).toEqual(payloadOf(bytes));
    }
  });

  it.each(examples)('are read and written by the code of the link as they stand (%#)', ({ bytes, json }) => {
    const frames: Frame[] = [];
    eachFrame(payloadOf(bytes), (frame) => frames.push(frame) > 0);
    expect(frames.length).toBe(fromJson(OpenRequestSchema, json).frames.length);
    expect(packet(...frames)).toEqual(bytes);
  });

  it('are annotated with the names of the schema and right lengths', () => {
    for (const { bytes, json } of examples) {
      const names = namesIn(json);
      const hex = page.slice(0, page.indexOf(JSON.stringify((json as { frames: JsonValue[] }).frames[0])));
      const block = hex.slice(hex.lastIndexOf('```hex'));
      for (const [, name = ''] of block.matchAll(/# (\w+):/g)) {
        if (name !== 'envelope' && name !== 'frames') expect(names).toContain(name);
      }
      expect(block).toContain(`envelope: flag 0x00, ${bytes.length - 5} bytes`);
    }
  });
});

/** The members in a JSON value, as the schema writes them. */
function namesIn(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    ...namesIn(inner),
  ]);
}
