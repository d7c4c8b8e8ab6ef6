/** `tools/list` in pages. */
import { rpcCode } from '../wire.ts';
import { builtIns } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';
import { Refusal } from './reply.ts';

/** Nearly every mesh fits one page; many clients never ask for a second. */
const pageTools = 1_000;

/** A page ends early here: definitions may be large, and some clients refuse messages beyond 10 MB. */
const pageCharacters = 4 << 20;

export interface Page {
  /** The exact texts of the definitions. */
  readonly definitions: readonly string[];
  /** The cursor of the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

/** The built-in tools, then the mesh's. Waits for the mesh's first answer. Throws a `Refusal` for an unknown cursor. */
export async function readPage(catalogue: Catalogue, cursor: string | undefined): Promise<Page> {
  const start = cursor === undefined ? 0 : readCursor(cursor);
  await catalogue.ready;
  const all = [...builtIns.values(), ...catalogue.tools.values()];
  if (start > all.length) throw new Refusal(rpcCode.invalidParams, 'the cursor is beyond the list: ask for it anew');
  const definitions: string[] = [];
  let room = pageCharacters;
  for (const { definition } of all.slice(start, start + pageTools)) {
    room -= definition.length;
    if (room < 0 && definitions.length > 0) break;
    definitions.push(definition);
  }
  const end = start + definitions.length;
  return { definitions, next: end < all.length ? writeCursor(end) : undefined };
}

/** A position suffices: when the list changes under a reader, list_changed tells it to begin again. */
function writeCursor(position: number): string {
  return Buffer.from(`at:${position}`).toString('base64url');
}

function readCursor(cursor: string): number {
  const found = /^at:([1-9][0-9]{0,8})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!found) throw new Refusal(rpcCode.invalidParams, 'the cursor is not one of ours');
  return Number(found[1]);
}
