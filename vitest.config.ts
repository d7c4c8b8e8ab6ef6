import { defineConfig } from 'vitest/config';

// Two tiers: `*.test.ts` is what a user runs; `*.all.test.ts` (judges, other languages, browsers, faults) joins in
// `npm run test:all`.
const everyTier = process.env['TOWLINE_TEST_ALL'] === '1';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: everyTier ? [] : ['test/**/*.all.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A stale dist must never be what the tests try: see bin/towline.js.
    env: { TOWLINE_SOURCE: '1' },
    reporters: ['default', './scripts/count-reporter.ts'],
  },
});
