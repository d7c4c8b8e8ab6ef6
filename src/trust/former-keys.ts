/**
 * Keys that this node gave up and that mail may still be sealed for: `<home>/former.keys`. Only the half that agrees on
 * keys is kept, until the grace of the rotation is over. (Whoever has it could sign as the old key too, which counts for
 * the same time.)
 */
import { join } from 'node:path';
import { fromBase64Url, toBase64Url, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { formatNodeId, parseNodeId } from './node-id.ts';
import { homeNotWritable, readPrivateFile } from './private-file.ts';

/** The first word of each line: format and version. */
const FORMAT = 'towline-former-v1';

interface FormerKey {
  readonly nodeId: Uint8Array;
  readonly secret: Uint8Array;
  readonly endMs: number;
}

export class FormerKeys {
  readonly #home: string;
  readonly #now: () => number;
  readonly #keys = new Map<string, FormerKey>();

  private constructor(home: string, now: () => number) {
    this.#home = home;
    this.#now = now;
  }

  /** Reads them, and deletes those whose grace is over. Throws `FORMER_KEYS_TOO_OPEN` or `FORMER_KEYS_MALFORMED`. */
  static async open(home: string, now: () => number = Date.now): Promise<FormerKeys> {
    const former = new FormerKeys(home, now);
    const text = await readPrivateFile(pathOf(home), 'FORMER_KEYS_TOO_OPEN');
    if (text === undefined) return former;
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      const key = parse(home, line);
      former.#keys.set(toHex(key.nodeId), key);
    }
    const count = former.#keys.size;
    former.#drop();
    if (former.#keys.size < count) await former.#write();
    return former;
  }

  /** The secret of a key that was this node's, while its grace lasts. */
  secretOf(nodeId: Uint8Array): Uint8Array | undefined {
    const key = this.#keys.get(toHex(nodeId));
    return key && key.endMs > this.#now() ? key.secret : undefined;
  }

  /** Keeps a key that is about to be given up. On the disk when it resolves. */
  async keep(key: FormerKey): Promise<void> {
    this.#drop();
    this.#keys.set(toHex(key.nodeId), key);
    await this.#write();
  }

  #drop(): void {
    for (const [name, { endMs }] of this.#keys) if (endMs <= this.#now()) this.#keys.delete(name);
  }

  async #write(): Promise<void> {
    const lines = [...this.#keys.values()].map(
      ({ nodeId, secret, endMs }) => `${FORMAT} ${formatNodeId(nodeId)} ${toBase64Url(secret)} ${endMs}\n`,
    );
    await writeFileAtomic(pathOf(this.#home), lines.join(''), { mode: 0o600 }).catch((error: unknown) => {
      throw homeNotWritable(this.#home, error);
    });
  }
}

function pathOf(home: string): string {
  return join(home, 'former.keys');
}

/** The message must not show what stands in the file. */
function parse(home: string, line: string): FormerKey {
  const match = new RegExp(`^${FORMAT} (\\S+) ([A-Za-z0-9_-]{43}) (\\d{1,16})$`).exec(line.trim());
  try {
    const [, nodeId = '', secret = '', endMs] = match ?? [];
    if (match) return { nodeId: parseNodeId(nodeId), secret: fromBase64Url(secret), endMs: Number(endMs) };
  } catch (error) {
    throw malformed(home, error);
  }
  throw malformed(home);
}

function malformed(home: string, cause?: unknown): LocalError {
  const path = pathOf(home);
  return new LocalError('FORMER_KEYS_MALFORMED', `${path} is not a file of keys of Towline`, {
    help: `mail that is sealed for an old key is lost then: mv '${path}' '${path}.damaged'`,
    metadata: { path },
    cause,
  });
}
