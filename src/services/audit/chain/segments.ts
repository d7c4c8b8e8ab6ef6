/** The files of a log. Each is named by the number of its first entry, so that names in order are entries in order. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../../base/errors.ts';

const NAME = /^(\d{16})\.audit$/;

export interface Segment {
  readonly name: string;
  readonly path: string;
  /** The number of its first entry, as its name says. */
  readonly firstNumber: number;
}

export function segmentAt(folder: string, firstNumber: number): Segment {
  const name = `${String(firstNumber).padStart(16, '0')}.audit`;
  return { name, path: join(folder, name), firstNumber };
}

/** The segments of a folder, oldest first; none if there is no folder. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const [, digits] = NAME.exec(name) ?? [];
      return digits === undefined ? [] : [segmentAt(folder, Number(digits))];
    })
    .sort((left, right) => left.firstNumber - right.firstNumber);
}
