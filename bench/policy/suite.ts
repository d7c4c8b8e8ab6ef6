/** Who may do what: how fast it is decided and recorded, and what both cost a call. One file a figure, or a few. */
import { type Figure, type SuiteResult, suiteResult } from '../lib/figures.ts';
import type { SuiteOptions } from '../lib/suite.ts';
import { auditFigures } from './audit.ts';
import { callFigures } from './calls.ts';
import { decisionFigures } from './decisions.ts';
import { uplinkFigures } from './uplinks.ts';

export async function run(note: (text: string) => void, { only }: SuiteOptions): Promise<SuiteResult> {
  const parts = { decisions: decisionFigures, calls: callFigures, audit: auditFigures, uplinks: uplinkFigures };
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (only === undefined || name === only) figures.push(...(await part(note)));
  }
  return suiteResult('policy', figures);
}
