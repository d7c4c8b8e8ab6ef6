/** May this caller call this method at all? Read from the method's `access` and `scopes`; the same at every door. */
import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { Access, access as accessOption, scopes as scopesOption } from '../../../gen/towline/v1/access_pb.ts';
import { isFor } from '../../trust/scope.ts';
import { failure } from '../failure.ts';
import { type Principal, type PrincipalKind, principalText } from '../principal.ts';

/** The highest access that each kind of caller has. Peers and programs stand on the same step. */
const REACH: Readonly<Record<PrincipalKind, Access>> = {
  stranger: Access.STRANGER,
  peer: Access.PEER,
  program: Access.PEER,
  agent: Access.AGENT,
  owner: Access.OWNER,
};

/** Who is needed, for people, and what they can do to become it. */
const NEEDS: Readonly<Record<Access, { name: string; who: string; help: string }>> = {
  [Access.UNSPECIFIED]: { name: 'unspecified', who: 'nobody', help: '' },
  [Access.STRANGER]: { name: 'stranger', who: 'anyone', help: '' },
  [Access.PEER]: {
    name: 'peer',
    who: 'a trusted peer, a program with a token, an agent of this node, or its owner',
    help: 'join the node with an invite from its owner (towline invite), or send a token (towline token)',
  },
  [Access.AGENT]: {
    name: 'agent',
    who: 'an agent of this node or its owner',
    help: 'call the node that you work on, with an agent token or as its owner',
  },
  [Access.OWNER]: {
    name: 'owner',
    who: 'the owner of this node',
    help: 'run the command on the node itself, as the user who owns its home folder',
  },
};

/** The access that a method declares; `UNSPECIFIED` if it declares none. */
export function accessOf(method: DescMethod): Access {
  return hasOption(method, accessOption) ? getOption(method, accessOption) : Access.UNSPECIFIED;
}

/** The scopes of which any one lets a token with scopes call the method. */
export function scopesOf(method: DescMethod): readonly string[] {
  return hasOption(method, scopesOption) ? getOption(method, scopesOption) : [];
}

/** Whether callers of this kind may call methods of this access at all. */
export function isWithinReach(kind: PrincipalKind, needed: Access): boolean {
  return needed !== Access.UNSPECIFIED && REACH[kind] >= needed;
}

/** What is asked of a method's callers. */
export interface Needs {
  /** "towline.v1.ToolService/CallTool". */
  readonly name: string;
  readonly access: Access;
  readonly scopes: readonly string[];
}

/**
 * Throws `UNAUTHENTICATED` at strangers, `PERMISSION_DENIED` at all others whose reach is too short, and `SCOPE_MISSING`
 * at tokens that are not for this method.
 */
export function checkAccess(principal: Principal, { name, access, scopes }: Needs): void {
  if (!isWithinReach(principal.kind, access)) throw refusal(principal, access, name);
  if (principal.scopes === undefined || access === Access.STRANGER) return;
  if (!principal.scopes.some((scope) => scopes.some((needed) => isFor(scope, needed)))) {
    throw scopeMissing(principal, name, scopes);
  }
}

function scopeMissing(principal: Principal, methodName: string, scopes: readonly string[]): Error {
  const has = principal.scopes?.map(({ text }) => text).join(' ') ?? '';
  const needs = scopes.join(' or ');
  const message =
    needs === '' ? `${methodName} is not for tokens with scopes` : `${methodName} needs the scope ${needs}`;
  return failure(Code.PermissionDenied, 'SCOPE_MISSING', `${message}; this token has ${has}`, {
    permanent: true,
    metadata: { method: methodName, principal: principalText(principal), scopes: has },
    help: 'ask the owner of the node for a token with more scopes: towline token create --scope SCOPE',
  });
}

function refusal(principal: Principal, needed: Access, methodName: string): Error {
  const { name, who, help } = NEEDS[needed] ?? NEEDS[Access.UNSPECIFIED];
  const metadata = { method: methodName, principal: principalText(principal), needs: name };
  const facts = { help, metadata, permanent: true };
  if (principal.kind === 'stranger') {
    return failure(
      Code.Unauthenticated,
      'UNAUTHENTICATED',
      `${methodName} needs ${who}; you are not known here`,
      facts,
    );
  }
  const message = `${methodName} needs ${who}; ${principalText(principal)} is not`;
  return failure(Code.PermissionDenied, 'PERMISSION_DENIED', message, facts);
}
