// docs/LIMITS.md, the schema and the code say the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { files } from '../gen/files.ts';
import { file_towline_v1_frame } from '../gen/towline/v1/frame_pb.ts';
import { file_towline_v1_link_service } from '../gen/towline/v1/link_service_pb.ts';
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
