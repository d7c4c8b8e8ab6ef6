/** Who is trusted, and with what: everything that a node knows of keys, groups and tokens. */
import type { Rotation } from '../../gen/towline/v1/rotation_pb.ts';
import { AddressBook } from '../trust/address-book.ts';
import { FormerKeys } from '../trust/former-keys.ts';
import { Invites } from '../trust/invites.ts';
import { Keyring } from '../trust/keyring.ts';
import { problemText } from '../trust/keyring-entries.ts';
import { ensureOwnerToken } from '../trust/owner-token.ts';
import { Rosters } from '../trust/rosters.ts';
import { Rotations } from '../trust/rotations.ts';
import { Tokens } from '../trust/tokens.ts';
import type { Closers } from './closers.ts';
import type { Ground } from './ground.ts';
import { Inheritance } from './group/inheritance.ts';

export interface TrustState {
  readonly former: FormerKeys;
  readonly rotations: Rotations;
  readonly keyring: Keyring;
  readonly rosters: Rosters;
  readonly inheritance: Inheritance;
  readonly tokens: Tokens;
  readonly invites: Invites;
  readonly book: AddressBook;
}

/** `follow` takes over what rosters tell of keys that others have now. */
export async function openTrust(
  { paths, identity, store, log }: Pick<Ground, 'paths' | 'identity' | 'store' | 'log'>,
  follow: (chain: readonly Rotation[]) => Promise<void>,
  closers: Closers,
): Promise<TrustState> {
  const former = await FormerKeys.open(paths.home);
  const rotations = await Rotations.open(store.table('rotations'));
  const successorOf = (nodeId: Uint8Array) => rotations.successorInGrace(nodeId);
  const keyring = await Keyring.open(paths.home, { log, successorOf });
  closers.add(() => keyring.close());
  const rosters = await Rosters.open({
    home: paths.home,
    identity,
    keyring,
    log,
    successions: rotations,
    follow,
  });
  const inheritance = new Inheritance({ table: store.table('inheritance'), identity, rosters, log });
  closers.add(() => rosters.close());
  for (const problem of keyring.problems()) log.error('keyring', { problem: problemText(problem) });
  const ownerToken = await ensureOwnerToken(paths.home, identity);
  const tokens = await Tokens.open({
    table: store.table('tokens'),
    identity,
    ownerToken,
    formerIds: () => rotations.ownBefore(identity.nodeId),
    log,
  });
  closers.add(() => tokens.close());
  const invites = new Invites(store.table('invites'));
  const book = new AddressBook(store.table('addresses'));
  return { former, rotations, keyring, rosters, inheritance, tokens, invites, book };
}
