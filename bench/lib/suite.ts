import type { SuiteResult } from './figures.ts';

/** What a person may ask of a suite. Suites without parts or charts ignore it. */
export interface SuiteOptions {
  /** The one part that is measured; if absent, all. */
  readonly only?: string | undefined;
  /** Measures how cost grows, too, and draws it. */
  readonly charts?: boolean | undefined;
}

/** `<suite>/suite.ts`. `note` tells a person how far it is. */
export interface Suite {
  run(note: (text: string) => void, options: SuiteOptions): Promise<SuiteResult>;
}
