/** Who may do what: how fast it is decided, and recorded. One file a figure, or a few that belong together. */
import { type SuiteResult, suiteResult } from '../lib/figures.ts';
import { auditFigures } from './audit.ts';

export async function run(note: (text: string) => void): Promise<SuiteResult> {
  return suiteResult('policy', await auditFigures(note));
}
