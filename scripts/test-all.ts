// Runs every tier of tests: `*.all.test.ts` beside the default ones. Arguments go to Vitest.
import { run } from './run.ts';

process.exitCode = run('vitest', ['run', ...process.argv.slice(2)], { TOWLINE_TEST_ALL: '1' });
