/** Who came in at which door, and who was turned away there: counted, because anybody can knock as often as they like. */
import { type Principal, principalText } from '../../rpc/principal.ts';
import { Tally } from '../../services/audit/tally.ts';
import type { AuditRecord, Note } from '../../services/record.ts';

export interface Doors {
  /** Somebody showed who it is. */
  login(principal: Principal, door: string, address?: string): void;
  /** Somebody was turned away. `reason` in UPPER_SNAKE. */
  refused(door: string, reason: string, address?: string): void;
  /** Records what is counted. */
  flush(): void;
}

/** A machine that is no machine but many addresses is told as "others", beyond a few. */
export function createDoors(note: Note): Doors {
  const logins = new Tally(note);
  const refusals = new Tally(note);
  const refusal = (value: { door?: string; reason: string; address: string }) => (count: number) =>
    ({ event: { case: 'refusal', value: { ...value, count: BigInt(count) } } }) satisfies AuditRecord;
  return {
    login(principal, door, address = '') {
      const login = (who: Principal | undefined, where: string) => (count: number) =>
        ({ principal: who, event: { case: 'login', value: { door, address: where, count: BigInt(count) } } }) as const;
      logins.count(`${principalText(principal)} ${door}`, login(principal, address), login(undefined, 'others'));
    },
    refused(door, reason, address = '') {
      const others = refusal({ reason: 'SEVERAL', address: 'others' });
      refusals.count(`${door} ${reason} ${address}`, refusal({ door, reason, address }), others);
    },
    flush() {
      logins.flush();
      refusals.flush();
    },
  };
}
