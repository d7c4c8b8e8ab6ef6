/** AdminService: running a node. The node supplies the actions; this file gives them their statuses. */
import { Code, type ServiceImpl } from '@connectrpc/connect';
import type { AdminService, Route, TokenInfo, WatchLinksResponse } from '../../../gen/towline/v1/admin_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { fromLocal } from '../../rpc/failure.ts';
import { page } from '../../rpc/page.ts';

type Impl = ServiceImpl<typeof AdminService>;
type Answer<M extends keyof Impl> = Awaited<ReturnType<Impl[M]>>;
type Request<M extends keyof Impl> = Parameters<Impl[M]>[0];

/** What the service needs of the node. Each may throw a LocalError. */
export interface AdminActions {
  status(): Promise<Answer<'getStatus'>>;
  links(request: Request<'listLinks'>): Answer<'listLinks'>;
  watchLinks(request: Request<'watchLinks'>, signal: AbortSignal): AsyncIterable<WatchLinksResponse>;
  routes(): Route[];
  createInvite(request: Request<'createInvite'>): Promise<Answer<'createInvite'>>;
  join(request: Request<'join'>): Promise<Answer<'join'>>;
  addTrust(request: Request<'addTrust'>): Promise<Answer<'addTrust'>>;
  removeTrust(request: Request<'removeTrust'>): Promise<Answer<'removeTrust'>>;
  createToken(request: Request<'createToken'>): Promise<Answer<'createToken'>>;
  tokens(): Promise<TokenInfo[]>;
  revokeToken(tokenId: Uint8Array): Promise<void>;
  rotateKey(request: Request<'rotateKey'>): Promise<Answer<'rotateKey'>>;
  reload(): Promise<Answer<'reload'>>;
  shutdown(): void;
}

const codes: Readonly<Record<string, Code>> = {
  INVITE_INVALID: Code.InvalidArgument,
  LIFETIME_INVALID: Code.InvalidArgument,
  SCOPE_INVALID: Code.InvalidArgument,
  SUBJECT_RESERVED: Code.InvalidArgument,
  SCOPE_UNKNOWN: Code.InvalidArgument,
  SCOPE_TOO_WIDE: Code.InvalidArgument,
  NODE_ID_INVALID: Code.InvalidArgument,
  GROUP_INVALID: Code.InvalidArgument,
  TOO_MANY_TOKENS: Code.ResourceExhausted,
  TOO_MANY_INVITES: Code.ResourceExhausted,
  INVITE_EXPIRED: Code.DeadlineExceeded,
  INVITER_UNREACHABLE: Code.Unavailable,
  ALIAS_TAKEN: Code.AlreadyExists,
  ALIAS_INVALID: Code.InvalidArgument,
  KEY_KNOWN_AS: Code.AlreadyExists,
  OWN_KEY: Code.InvalidArgument,
  OWN_INVITE: Code.InvalidArgument,
  PEER_UNKNOWN: Code.NotFound,
  TOKEN_UNKNOWN: Code.NotFound,
  ROTATION_RUNNING: Code.FailedPrecondition,
  ROTATION_IN_GROUP: Code.FailedPrecondition,
  HOME_NOT_WRITABLE: Code.FailedPrecondition,
  CONFIG_INVALID: Code.FailedPrecondition,
  NOT_WRITABLE: Code.FailedPrecondition,
  GROUP_HAS_ROSTER: Code.FailedPrecondition,
  PEER_IN_ROSTER: Code.FailedPrecondition,
  NOT_GROUP_OWNER: Code.FailedPrecondition,
  NOT_A_MEMBER: Code.FailedPrecondition,
  GROUP_EXISTS: Code.AlreadyExists,
  GROUP_IN_USE: Code.FailedPrecondition,
  GROUP_FULL: Code.ResourceExhausted,
  ROSTER_INVALID: Code.FailedPrecondition,
  ROSTER_TOO_LARGE: Code.ResourceExhausted,
  ROSTER_CHAIN_BROKEN: Code.FailedPrecondition,
  ROSTER_SIGNER: Code.FailedPrecondition,
  ROSTER_FOREIGN: Code.FailedPrecondition,
  ROSTER_EXPIRED: Code.FailedPrecondition,
  KEYRING_TOO_OPEN: Code.FailedPrecondition,
};

export function createAdminService(actions: AdminActions): Impl {
  const guarded = <A extends unknown[], R>(action: (...args: A) => R | Promise<R>) => {
    return async (...args: A): Promise<R> => {
      try {
        return await action(...args);
      } catch (error) {
        throw fromLocal(error, codes);
      }
    };
  };
  return {
    getStatus: guarded(() => actions.status()),
    listLinks: guarded((request) => actions.links(request)),
    watchLinks: (request, context) => {
      try {
        return actions.watchLinks(request, context.signal);
      } catch (error) {
        throw fromLocal(error, codes);
      }
    },
    listRoutes: guarded((request) => {
      const { items, nextPageToken } = page(actions.routes(), ({ alias }) => alias, request);
      return { routes: items, nextPageToken };
    }),
    createInvite: guarded((request) => actions.createInvite(request)),
    join: guarded((request) => actions.join(request)),
    addTrust: guarded((request) => actions.addTrust(request)),
    removeTrust: guarded((request) => actions.removeTrust(request)),
    createToken: guarded((request) => actions.createToken(request)),
    listTokens: guarded(async (request) => {
      const { items, nextPageToken } = page(await actions.tokens(), newestFirst, request);
      return { tokens: items, nextPageToken };
    }),
    revokeToken: guarded(async (request) => {
      await actions.revokeToken(request.tokenId);
      return {};
    }),
    rotateKey: guarded((request) => actions.rotateKey(request)),
    reload: guarded(() => actions.reload()),
    shutdown: () => {
      actions.shutdown();
      return {};
    },
  };
}

/** A key that grows with age. */
function newestFirst(token: TokenInfo): string {
  const age = 2n ** 63n - (token.createTime?.seconds ?? 0n);
  return `${age.toString(16).padStart(16, '0')}${toHex(token.tokenId)}`;
}
