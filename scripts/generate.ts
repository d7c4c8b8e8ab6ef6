// Generates gen/ from proto/ (and the same for the benchmarks), into a folder of its own first: gen/ is never half there
// for those who read it meanwhile, files that did not change are not touched, and those that no schema stands behind any more are removed.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeComments } from './comments.ts';
import { root, run } from './run.ts';
import { writeValidateProto } from './validate-proto.ts';

interface Schema {
  readonly args: readonly string[];
  /** Where its code stands. */
  readonly to: string;
  /** Writes what is generated beside the code, into the same folder. */
  readonly beside?: (gen: string) => Promise<void>;
}

/** The published one, and what the benchmarks call. */
const schemas: readonly Schema[] = [
  { args: [], to: join(root, 'gen'), beside: writeComments },
  {
    args: [join('bench', 'link', 'proto'), '--template', join('bench', 'link', 'buf.gen.yaml')],
    to: join(root, 'bench', 'link', 'gen'),
  },
];

await writeValidateProto();
for (const schema of schemas) process.exitCode ||= await generate(schema);

async function generate({ args, to, beside }: Schema): Promise<number> {
  const scratch = await mkdtemp(join(root, 'build', 'generate-'));
  try {
    const code = run('buf', ['generate', ...args, '--output', scratch]);
    if (code !== 0) return code;
    await beside?.(join(scratch, 'gen'));
    await mirror(join(scratch, 'gen'), to);
    return code;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Makes `target` equal to `source`. */
async function mirror(source: string, target: string): Promise<void> {
  const fresh = await filesIn(source);
  for (const path of fresh) {
    const [next, now] = await Promise.all([
      readFile(join(source, path)),
      readFile(join(target, path)).catch(() => null),
    ]);
    if (now?.equals(next)) continue;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await copyFile(join(source, path), join(target, path));
  }
  for (const path of await filesIn(target)) {
    if (!fresh.includes(path)) await rm(join(target, path));
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
