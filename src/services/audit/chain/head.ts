/**
 * The file that says where the log ends. Two places in it are written in turn: a write that breaks off spoils one, and
 * the other still tells of the group of entries before.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type AuditHead, AuditHeadSchema } from '../../../../gen/towline/v1/audit_pb.ts';
import { systemCodeOf } from '../../../base/errors.ts';
import { isHeadRight } from './sign.ts';

const PLACE_BYTES = 512;

/** What the file says. */
export type FoundHead =
  | { readonly kind: 'head'; readonly head: AuditHead; readonly place: number }
  | { readonly kind: 'missing' }
  /** No place has a head with a right signature. */
  | { readonly kind: 'invalid' };

export function headPath(folder: string): string {
  return join(folder, 'head');
}

/** Reads the newest head whose signature is right, whoever signed. */
export async function readHead(folder: string): Promise<FoundHead> {
  let bytes: Buffer;
  try {
    const file = await open(headPath(folder), 'r');
    try {
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { kind: 'missing' };
    throw error;
  }
  const heads = [0, 1].flatMap((place) => {
    const head = headIn(bytes.subarray(place * PLACE_BYTES, (place + 1) * PLACE_BYTES));
    return head ? [{ kind: 'head', head, place } as const] : [];
  });
  if (bytes.length === 0) return { kind: 'missing' }; // made, and nothing was acknowledged yet
  return heads.sort((left, right) => Number(right.head.number - left.head.number))[0] ?? { kind: 'invalid' };
}

function headIn(bytes: Buffer): AuditHead | undefined {
  const length = bytes[0] === undefined ? 0 : bytes.readUInt8(0) + ((bytes[1] ?? 0) << 8);
  if (length === 0 || length > bytes.length - 2) return undefined;
  try {
    const head = fromBinary(AuditHeadSchema, bytes.subarray(2, 2 + length));
    return isHeadRight(head) ? head : undefined;
  } catch {
    return undefined; // half of one write and half of another
  }
}

/** Writes heads. */
export class HeadFile {
  readonly #file: FileHandle;
  #place: number;

  private constructor(file: FileHandle, place: number) {
    this.#file = file;
    this.#place = place;
  }

  /** `last` is the place of the head that counts now. */
  static async open(folder: string, last: number): Promise<HeadFile> {
    const path = headPath(folder);
    const file = await open(path, 'r+').catch((error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return open(path, 'w+', 0o600);
      throw error;
    });
    return new HeadFile(file, last);
  }

  /** Resolves when it is on disk. */
  async write(head: AuditHead): Promise<void> {
    const body = toBinary(AuditHeadSchema, head);
    const bytes = Buffer.alloc(PLACE_BYTES);
    bytes.writeUInt16LE(body.length);
    bytes.set(body, 2);
    const place = 1 - this.#place;
    await this.#file.write(bytes, 0, PLACE_BYTES, place * PLACE_BYTES);
    await this.#file.datasync();
    this.#place = place;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
