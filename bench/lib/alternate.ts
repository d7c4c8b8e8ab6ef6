import { median } from './figures.ts';

/** What was measured of each, round by round. */
export type Rounds<K extends string> = Readonly<Record<K, readonly number[]>>;

/** Measures each in turn, again and again: what disturbs the machine meanwhile disturbs all alike. */
export async function alternate<K extends string>(
  rounds: number,
  measures: Readonly<Record<K, () => Promise<number>>>,
): Promise<Rounds<K>> {
  const names = Object.keys(measures) as K[];
  const found = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) found[name].push(await measures[name]());
  }
  return found;
}

/** The median of the ratios of each round: neighbours in time are compared. */
export function ratio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}
