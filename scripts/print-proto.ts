// Prints a file descriptor as proto2 source.
//
// The validation rules that our schema uses (buf/validate/validate.proto) come to us only as a descriptor, inside
// @bufbuild/protovalidate. buf wants source. This printer knows what that one file uses, and refuses the rest: its
// output is proved equal to the descriptor by test/scripts/validate-proto.test.ts.
import { getExtension, hasExtension, isFieldSet } from '@bufbuild/protobuf';
import { toText } from '@bufbuild/protobuf/txtpb';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  type FileOptions,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { PredefinedRulesSchema, predefined } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

const LAST_FIELD_NUMBER = 536_870_911; // 2^29 - 1, the highest that protobuf allows

/** Prints the file, every name fully qualified. */
export function printFile(file: FileDescriptorProto): string {
  if (file.syntax !== '' && file.syntax !== 'proto2') throw new Error(`cannot print syntax ${file.syntax}`);
  return [
    'syntax = "proto2";',
    `package ${file.package};`,
    ...file.dependency.map((path) => `import ${quote(path)};`),
    ...printFileOptions(file.options),
    ...file.extension.map((field) => `extend ${field.extendee} {\n${printField(field)}\n}`),
    ...file.messageType.map(printMessage),
    ...file.enumType.map(printEnum),
    '',
  ].join('\n');
}

function printFileOptions(options: FileOptions | undefined): string[] {
  if (!options) return [];
  return [
    `option java_package = ${quote(options.javaPackage)};`,
    `option java_outer_classname = ${quote(options.javaOuterClassname)};`,
    `option java_multiple_files = ${options.javaMultipleFiles};`,
    `option go_package = ${quote(options.goPackage)};`,
  ];
}

function printMessage(message: DescriptorProto): string {
  if (message.nestedType.length + message.enumType.length + message.extension.length > 0) {
    throw new Error(`cannot print what is nested in ${message.name}`);
  }
  return [
    `message ${message.name} {`,
    ...message.field.flatMap((field) => printMember(message, field)),
    ...message.extensionRange.map(({ start, end }) => `extensions ${range(start, end - 1)};`),
    ...printReserved(
      message.reservedRange.map(({ start, end }) => range(start, end - 1)),
      message.reservedName,
    ),
    '}',
  ].join('\n');
}

/** A plain field as it is; a oneof, whole, where its first field stands. */
function printMember(message: DescriptorProto, field: FieldDescriptorProto): string[] {
  if (!inOneof(field)) return [printField(field)];
  const members = message.field.filter((other) => inOneof(other) && other.oneofIndex === field.oneofIndex);
  if (members[0] !== field) return [];
  const name = message.oneofDecl[field.oneofIndex]?.name;
  return [`oneof ${name} {`, ...members.map((member) => printField(member, '')), '}'];
}

function printEnum(type: EnumDescriptorProto): string {
  return [
    `enum ${type.name} {`,
    ...type.value.map((value) => `${value.name} = ${value.number};`),
    ...printReserved(
      type.reservedRange.map(({ start, end }) => range(start, end)),
      type.reservedName,
    ),
    '}',
  ].join('\n');
}

function printReserved(ranges: string[], names: string[]): string[] {
  return [
    ...ranges.map((numbers) => `reserved ${numbers};`),
    ...(names.length > 0 ? [`reserved ${names.map(quote).join(', ')};`] : []),
  ];
}

function printField(field: FieldDescriptorProto, label = labelOf(field)): string {
  return `${label}${typeOf(field)} ${field.name} = ${field.number}${printFieldOptions(field)};`;
}

function printFieldOptions(field: FieldDescriptorProto): string {
  const { options } = field;
  if (!options || !hasExtension(options, predefined)) return '';
  return ` [(buf.validate.predefined) = {\n${toText(PredefinedRulesSchema, getExtension(options, predefined))}}]`;
}

function inOneof(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex); // zero is a real index
}

function labelOf(field: FieldDescriptorProto): string {
  return `${Label[field.label].toLowerCase()} `;
}

function typeOf(field: FieldDescriptorProto): string {
  return field.typeName || Type[field.type].toLowerCase();
}

function range(first: number, last: number): string {
  if (first === last) return String(first);
  return `${first} to ${last === LAST_FIELD_NUMBER ? 'max' : last}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
