/** Which scopes a token of a kind may have: those of methods that its kind may call. */
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { LocalError } from '../base/errors.ts';
import { isWithinReach, scopesOf } from '../rpc/interceptors/access.ts';
import type { MethodEntry } from '../rpc/registry.ts';
import { isFor, parseScope, type Scope } from '../trust/scope.ts';

/** Scopes of this word may be narrowed to tools. */
const TOOLS = 'tools:';

/** Throws `SCOPE_INVALID`, `SCOPE_UNKNOWN`, or `SCOPE_TOO_WIDE` for one that the kind could never use. */
export function checkScopes(kind: TokenKind, texts: readonly string[], methods: readonly MethodEntry[]): void {
  const bearer = kind === TokenKind.AGENT ? 'agent' : 'program';
  for (const scope of texts.map(parseScope)) {
    if (scope.target !== undefined && !scope.name.startsWith(TOOLS)) throw notNarrowed(scope);
    const meant = methods.filter(({ method }) => scopesOf(method).some((name) => isFor(scope, name)));
    if (meant.length === 0) throw unknownScope(scope, methods);
    if (!meant.some(({ access }) => isWithinReach(bearer, access))) throw tooWide(scope, bearer);
  }
}

function notNarrowed({ text, name }: Scope): LocalError {
  return new LocalError('SCOPE_INVALID', `"${text}": only scopes of tools can be narrowed`, { help: `write ${name}` });
}

function unknownScope({ text }: Scope, methods: readonly MethodEntry[]): LocalError {
  const known = [...new Set(methods.flatMap(({ method }) => scopesOf(method)))].sort();
  return new LocalError('SCOPE_UNKNOWN', `there is no scope "${text}"`, {
    help: `there are ${known.join(', ')}`,
    metadata: { scope: text },
  });
}

function tooWide({ text }: Scope, bearer: string): LocalError {
  return new LocalError('SCOPE_TOO_WIDE', `"${text}" is more than any ${bearer} may do`, {
    help: 'leave it out, or make the token for an agent',
    metadata: { scope: text },
  });
}
