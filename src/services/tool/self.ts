/** The alias by which a node names itself. No keyring may give it to a peer. */
export const selfAlias = 'self';
