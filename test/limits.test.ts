// docs/LIMITS.md, the schema and the code say the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { file_towline_v1_admin_service } from '../gen/towline/v1/admin_service_pb.ts';
import { file_towline_v1_approval } from '../gen/towline/v1/approval_pb.ts';
import { file_towline_v1_audit } from '../gen/towline/v1/audit_pb.ts';
import { file_towline_v1_audit_service } from '../gen/towline/v1/audit_service_pb.ts';
import { file_towline_v1_channel } from '../gen/towline/v1/channel_pb.ts';
import { file_towline_v1_channel_service } from '../gen/towline/v1/channel_service_pb.ts';
import { file_towline_v1_frame } from '../gen/towline/v1/frame_pb.ts';
import { file_towline_v1_link_service } from '../gen/towline/v1/link_service_pb.ts';
import { file_towline_v1_mail_transfer } from '../gen/towline/v1/mail_transfer_pb.ts';
import { file_towline_v1_mail_transfer_service } from '../gen/towline/v1/mail_transfer_service_pb.ts';
import { file_towline_v1_mailbox_service } from '../gen/towline/v1/mailbox_service_pb.ts';
import { file_towline_v1_node_service } from '../gen/towline/v1/node_service_pb.ts';
import { file_towline_v1_tool_service } from '../gen/towline/v1/tool_service_pb.ts';
import { root } from './support/imports.ts';
import {
  constantsOf,
  headingFiles,
  quantitiesIn,
  rowsOf,
  schemaNumbers,
  upperBoundsOf,
} from './support/limits-page.ts';

const protoFolder = join(root, 'proto', 'towline', 'v1');
const files = [
  file_towline_v1_admin_service,
  file_towline_v1_approval,
  file_towline_v1_audit,
  file_towline_v1_audit_service,
  file_towline_v1_channel,
  file_towline_v1_channel_service,
  file_towline_v1_frame,
  file_towline_v1_link_service,
  file_towline_v1_mail_transfer,
  file_towline_v1_mail_transfer_service,
  file_towline_v1_mailbox_service,
  file_towline_v1_node_service,
  file_towline_v1_tool_service,
];
const page = readFileSync(join(root, 'docs', 'LIMITS.md'), 'utf8');
const rows = rowsOf(page);
const proto = readdirSync(protoFolder)
  .filter((name) => name.endsWith('.proto'))
  .map((name) => readFileSync(join(protoFolder, name), 'utf8'))
  .join('\n');

/** Names of sizes, not limits. */
const isUnit = (name: string) => /^[KM]IB$/.test(name);

describe('the page of limits', () => {
  it('has rows, each with a value and a place', () => {
    expect(rows.length).toBeGreaterThan(80);
    expect(
      rows.filter(({ value, constants, schema }) => !(value > 0) || constants.length + schema.length === 0),
    ).toEqual([]);
  });

  it('gives each limit the value that it has in the code', () => {
    const said = rows.flatMap(({ what, value, constants }) =>
      constants.map(({ file, name }) => ({ what, name, file, value })),
    );
    expect(said).toEqual(said.map((row) => ({ ...row, value: constantsOf(row.file).get(row.name) })));
  });

  it('names every constant of the files in its headings', () => {
    const named = new Set(rows.flatMap(({ constants }) => constants.map(({ file, name }) => `${file} ${name}`)));
    const there = headingFiles(page).flatMap((file) =>
      [...constantsOf(file).keys()].filter((name) => !isUnit(name)).map((name) => `${file} ${name}`),
    );
    expect(there.length).toBeGreaterThan(60);
    expect(there.filter((constant) => !named.has(constant))).toEqual([]);
  });

  it('has a section for every file of limits', () => {
    const all = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const limits = all.filter((path) => path.endsWith('limits.ts')).map((path) => `src/${path.replaceAll('\\', '/')}`);
    const withNumbers = limits.filter((file) => constantsOf(file).size > 0);
    expect(withNumbers.filter((file) => !headingFiles(page).includes(file))).toEqual([]);
  });

  it('gives each limit the value that it has in the schema, in a rule or in words', () => {
    const disagree = rows.flatMap(({ what, value, schema }) =>
      schema
        .map((name) => ({ what, value, name, said: schemaNumbers(name, files, proto) }))
        .filter(({ said }) => !said.includes(value)),
    );
    expect(disagree).toEqual([]);
  });

  it('names every upper bound of the schema of links', () => {
    const named = new Set(rows.flatMap(({ value, schema }) => schema.map((name) => `${name} ${value}`)));
    const messages = [file_towline_v1_frame, file_towline_v1_link_service].flatMap((file) => file.messages);
    const there = messages.flatMap(({ name, fields }) =>
      fields.flatMap((field) => upperBoundsOf(field).map((bound) => `${name}.${field.name} ${bound}`)),
    );
    expect(there.length).toBeGreaterThan(25);
    expect(there.filter((bound) => !named.has(bound))).toEqual([]);
  });
});

describe('the reader of quantities', () => {
  it.each([
    ['16 KiB in all', [16_384]],
    ['10,000 at 1 MiB', [10_000, 1_048_576]],
    ['10 s, 30 seconds, 24 h', [10_000, 30_000, 86_400_000]],
    ['10 a minute; 7 days; 100 ms', [10, 604_800_000, 100]],
  ])('reads "%s"', (text, values) => expect(quantitiesIn(text)).toEqual(values));
});
