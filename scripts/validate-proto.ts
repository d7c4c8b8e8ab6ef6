// Writes buf/validate/validate.proto into the ignored folder that buf.yaml names as its second module.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { printFile } from './print-proto.ts';
import { root } from './run.ts';

/** Where the printed file stands. */
export const validateProto = join(root, 'build', 'proto', 'buf', 'validate', 'validate.proto');

/** Prints the file unless it is there and current. Safe to call from several processes at once. */
export async function writeValidateProto(): Promise<void> {
  const text = printFile(file_buf_validate_validate.proto);
  if ((await readFile(validateProto, 'utf8').catch(() => '')) === text) return;
  await mkdir(dirname(validateProto), { recursive: true });
  await writeFile(validateProto, text);
}
