// Fails when the folders named on the command line differ from what is committed or staged, untracked files included:
// generated code must be committed with the schema that it comes from.
import { spawnSync } from 'node:child_process';
import { root } from './run.ts';

const folders = process.argv.slice(2);
const status = spawnSync('git', ['status', '--porcelain', '--untracked-files=all', '--', ...folders], {
  cwd: root,
  encoding: 'utf8',
});
if (status.error) throw status.error;
if (status.status !== 0) throw new Error(status.stderr);

// Two letters a line: the index, then the working tree. Staged but otherwise clean is fine.
const stale = status.stdout.split('\n').filter((line) => line !== '' && line[1] !== ' ');
if (stale.length > 0) {
  console.error(`Not current: run \`npm run generate\` and commit the result.\n${stale.join('\n')}`);
  process.exitCode = 1;
}
