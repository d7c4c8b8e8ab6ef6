import { defineConfig } from 'vitest/config';

// Three tiers: `*.test.ts` is what a user runs; `*.all.test.ts` (judges, other languages, browsers, faults) joins in
// `npm run test:all`; `*.soak.ts` takes long and runs by hand, `npm run soak -- <name>`.
const everyTier = process.env['TOWLINE_TEST_ALL'] === '1';
const isSoak = process.env['TOWLINE_SOAK'] === '1';

export default defineConfig({
  test: {
    environment: 'node',
    include: isSoak ? ['test/soak/*.soak.ts'] : ['test/**/*.test.ts'],
    exclude: everyTier || isSoak ? [] : ['test/**/*.all.test.ts'],
    pool: 'forks',
    maxWorkers: isSoak ? 1 : 2,
    testTimeout: isSoak ? 3_600_000 : 30_000,
    hookTimeout: 30_000,
    // A stale dist must never be what the tests try: see bin/towline.js.
    env: { TOWLINE_SOURCE: '1' },
    reporters: ['default', './scripts/count-reporter.ts'],
  },
});
