import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { clearField, createRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate as original } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { expect, it } from 'vitest';
import { root } from '../../scripts/run.ts';
import { writeValidateProto } from '../../scripts/validate-proto.ts';

it('prints validate.proto so that buf reads the same descriptor out of it', async () => {
  await writeValidateProto();
  const buf = join(root, 'node_modules', '.bin', 'buf');
  const built = spawnSync(
    buf,
    ['build', 'build/proto', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-#format=binpb'],
    {
      cwd: root,
    },
  );
  expect(built.stderr.toString()).toBe('');
  const printed = fromBinary(FileDescriptorSetSchema, built.stdout).file.find(
    ({ name }) => name === original.proto.name,
  );
  if (printed === undefined) throw new Error('buf built no validate.proto');
  const registry = createRegistry(original);
  clearField(printed, FileDescriptorProtoSchema.field.syntax); // proto2, said or unsaid
  expect(toJson(FileDescriptorProtoSchema, printed, { registry })).toEqual(
    toJson(FileDescriptorProtoSchema, original.proto, { registry }),
  );
});
