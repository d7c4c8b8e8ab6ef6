/** The words of MCP that the gateway's face uses, with the revisions they belong to. */

/** The revisions without a handshake, where every request describes itself. */
export const modernVersions: readonly string[] = ['2026-07-28'];

/** The revisions that begin with `initialize`, the newest first. */
export const legacyVersions: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

/** What `initialize` is answered with when the client asks for a revision that we do not know. */
export const fallbackVersion = '2025-11-25';

/** The only revision in which a message may be an array of messages. */
export const batchVersion = '2025-03-26';

/** Errors of the revision 2026-07-28; each describes one hop and never crosses another. */
export const modernCode = { headerMismatch: -32020, missingCapability: -32021, unsupportedVersion: -32022 } as const;

/** Errors of the older revisions that the newest has given up. */
export const legacyCode = { resourceNotFound: -32002 } as const;

/** The members of `_meta` that the protocol keeps for itself. */
export const metaKey = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  progressToken: 'progressToken',
} as const;

/** The levels of RFC 5424, from the least severe. */
export const logLevels: readonly string[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];
