/** Makes a home: what `towline init` does. */
import { existsSync } from 'node:fs';
import { writeFileAtomic } from '../base/files.ts';
import { defaultConfigText } from '../node/config/default-config.ts';
import { homePaths } from '../node/home.ts';
import { loadOrCreateIdentity } from '../trust/identity.ts';
import { ensureOwnerToken } from '../trust/owner-token.ts';
import { checkName } from './names.ts';

/** What there is afterwards. */
export interface MadeHome {
  readonly home: string;
  readonly nodeId: string;
  readonly config: string;
  /** Whether the identity is new. */
  readonly created: boolean;
}

/** Makes what is missing and changes nothing that is there. */
export async function initHome(home: string, name: string | undefined): Promise<MadeHome> {
  const { identityKey, config } = homePaths(home);
  if (name !== undefined) checkName('name', name);
  const created = !existsSync(identityKey);
  const identity = await loadOrCreateIdentity(home);
  await ensureOwnerToken(home, identity);
  if (!existsSync(config)) await writeFileAtomic(config, defaultConfigText(name));
  return { home, nodeId: identity.text, config, created };
}
