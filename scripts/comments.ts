// What generated code does not have of the schema, for documents that are made at run time: the comments of services,
// methods, messages, fields, enums and their values, by full name; and the list of our own files.
import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { root } from './run.ts';

const ours = 'towline/v1/';

/** Writes `comments.ts` and `files.ts` into a folder of generated code. */
export async function writeComments(gen: string): Promise<void> {
  const files = readSchema().filter(({ name }) => name.startsWith(ours));
  await writeFile(join(gen, 'comments.ts'), commentsText(files.flatMap(commentsOf)));
  const modules = (await readdir(join(gen, ours))).sort();
  await writeFile(join(gen, 'files.ts'), filesText(modules.filter((file) => file.endsWith('_pb.ts'))));
}

function readSchema(): FileDescriptorProto[] {
  const buf = join(root, 'node_modules', '.bin', 'buf');
  const { status, stdout, stderr } = spawnSync(buf, ['build', 'proto', '-o', '-#format=binpb'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`buf build: ${stderr}`);
  return fromBinary(FileDescriptorSetSchema, new Uint8Array(stdout)).file;
}

/** A thing of the schema: its full name, and its place as descriptor.proto numbers it (SourceCodeInfo.Location.path). */
type Place = readonly [name: string, path: readonly number[]];

function commentsOf(file: FileDescriptorProto): [string, string][] {
  const said = new Map(
    file.sourceCodeInfo?.location.map(({ path, leadingComments }) => [path.join(), leadingComments]),
  );
  const places = [
    ...file.messageType.flatMap((message, at) => messagePlaces(message, file.package, [4, at])),
    ...file.enumType.flatMap((type, at) => enumPlaces(type, file.package, [5, at])),
    ...file.service.flatMap((service, at) => servicePlaces(service, file.package, [6, at])),
  ];
  return places
    .map(([name, path]): [string, string] => [name, textOf(said.get(path.join()) ?? '')])
    .filter(([, text]) => text !== '');
}

function messagePlaces(message: DescriptorProto, scope: string, path: readonly number[]): Place[] {
  const name = `${scope}.${message.name}`;
  return [
    [name, path],
    ...message.field.map((field, at): Place => [`${name}.${field.name}`, [...path, 2, at]]),
    ...message.oneofDecl.map((oneof, at): Place => [`${name}.${oneof.name}`, [...path, 8, at]]),
    ...message.nestedType.flatMap((nested, at) => messagePlaces(nested, name, [...path, 3, at])),
    ...message.enumType.flatMap((nested, at) => enumPlaces(nested, name, [...path, 4, at])),
  ];
}

function enumPlaces(type: EnumDescriptorProto, scope: string, path: readonly number[]): Place[] {
  const name = `${scope}.${type.name}`;
  return [[name, path], ...type.value.map((value, at): Place => [`${name}.${value.name}`, [...path, 2, at]])];
}

function servicePlaces(service: ServiceDescriptorProto, scope: string, path: readonly number[]): Place[] {
  const name = `${scope}.${service.name}`;
  return [[name, path], ...service.method.map((method, at): Place => [`${name}/${method.name}`, [...path, 2, at]])];
}

/** Paragraphs stay, the lines of one are joined; what is indented keeps its lines. */
function textOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^ /, '').trimEnd());
  return lines
    .join('\n')
    .replace(/(\S)\n(?=\S)/g, '$1 ')
    .trim();
}

function commentsText(comments: readonly [string, string][]): string {
  const rows = comments.toSorted(([left], [right]) => (left < right ? -1 : 1));
  const members = rows.map(([name, text]) => `  ${JSON.stringify(name)}:\n    ${JSON.stringify(text)},`);
  return `// Made by scripts/generate.ts from the comments in proto/. Do not edit.
/** What the schema says of a thing, by its full name: "towline.v1.Tool", "towline.v1.Tool.ref", "towline.v1.ToolService/CallTool". */
export const comments: Readonly<Record<string, string>> = {
${members.join('\n')}
};
`;
}

function filesText(modules: readonly string[]): string {
  const symbols = modules.map((module) => `file_${ours.replaceAll('/', '_')}${module.replace(/_pb\.ts$/, '')}`);
  const imports = modules.map((module, index) => `import { ${symbols[index]} } from './${ours}${module}';`);
  return `// Made by scripts/generate.ts. Do not edit.
import type { DescFile } from '@bufbuild/protobuf';
${imports.join('\n')}

/** All files of our own schema. */
export const files: readonly DescFile[] = [
${symbols.map((symbol) => `  ${symbol},`).join('\n')}
];
`;
}
