/** Who belongs: how fast trust is checked, and how fast it ends. One file a figure, or a few that belong together. */
import { type Figure, type SuiteResult, suiteResult } from '../lib/figures.ts';
import type { SuiteOptions } from '../lib/suite.ts';
import { authorisationFigures } from './authorisation.ts';
import { handshakeFigures } from './handshake.ts';
import { revocationFigures } from './revocation.ts';
import { rosterFigures } from './roster.ts';

export async function run(note: (text: string) => void, { only }: SuiteOptions): Promise<SuiteResult> {
  const parts = {
    authorisation: authorisationFigures,
    handshake: handshakeFigures,
    roster: rosterFigures,
    revocation: revocationFigures,
  };
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (only === undefined || name === only) figures.push(...(await part(note)));
  }
  return suiteResult('trust', figures);
}
