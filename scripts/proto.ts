// The schema's gates: `lint` (rules, format and compatibility), `format`, and `baseline`, which renews the image that
// compatibility is judged by (at releases only: it forgets what came before).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { must, root } from './run.ts';
import { writeValidateProto } from './validate-proto.ts';

const baseline = join('proto', 'baseline.binpb');

/** The published schema, and what the benchmarks call. Only the first must stay compatible. */
const folders = ['proto', join('bench', 'link', 'proto')];

const gates: Record<string, () => void> = {
  format() {
    for (const folder of folders) must('buf', ['format', folder, '--write']);
  },
  lint() {
    for (const folder of folders) {
      must('buf', ['lint', folder]);
      must('buf', ['format', folder, '--diff', '--exit-code']);
    }
    if (existsSync(join(root, baseline))) must('buf', ['breaking', 'proto', '--against', baseline]);
    else console.warn(`${baseline} does not exist yet: compatibility was not checked`);
  },
  baseline: () => must('buf', ['build', 'proto', '--exclude-source-info', '-o', baseline]),
};

const [name = ''] = process.argv.slice(2);
const gate = gates[name];
if (!gate) throw new Error(`proto: say one of ${Object.keys(gates).join(', ')}`);
await writeValidateProto();
gate();
