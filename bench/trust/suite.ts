/** Who belongs: how fast trust is checked, and how fast it ends. One file a figure, or a few that belong together. */
import { type SuiteResult, suiteResult } from '../lib/figures.ts';
import { authorisationFigures } from './authorisation.ts';
import { handshakeFigures } from './handshake.ts';
import { revocationFigures } from './revocation.ts';
import { rosterFigures } from './roster.ts';

export async function run(note: (text: string) => void): Promise<SuiteResult> {
  return suiteResult('trust', [
    ...(await authorisationFigures(note)),
    ...(await handshakeFigures(note)),
    ...(await rosterFigures(note)),
    ...(await revocationFigures(note)),
  ]);
}
