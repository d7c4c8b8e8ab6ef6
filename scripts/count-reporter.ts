// Ends a test run with one plain line that people and CI can read: `towline: N passed, N failed, N skipped`.
import type { Reporter, TestModule } from 'vitest/node';

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state] += 1;
      }
      // A file that cannot be loaded has no tests to count, yet it is a failure.
      if (module.errors().length > 0) count.failed += 1;
    }
    console.log(`\ntowline: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
