/** PolicyService: what the policy says, and why. The node supplies who is who and which tools there are. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import type { PolicyConfig } from '../../../gen/towline/v1/policy_pb.ts';
import {
  GetPolicyResponseSchema,
  LintPolicyResponseSchema,
  ListVerbsResponseSchema,
  type PolicyService,
  type TestPolicyRequest,
  TestPolicyResponseSchema,
} from '../../../gen/towline/v1/policy_service_pb.ts';
import type { ToolRef } from '../../../gen/towline/v1/tool_pb.ts';
import { fromHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { checkJson } from '../../base/json-text.ts';
import { failure } from '../../rpc/failure.ts';
import { accessOf, isWithinReach } from '../../rpc/interceptors/access.ts';
import { page } from '../../rpc/page.ts';
import type { ToolPlace } from '../../rpc/policy.ts';
import { type Principal, principalKey } from '../../rpc/principal.ts';
import { answerTo, type Circumstances } from './answer.ts';
import { type KnownNames, lintPolicy } from './lint.ts';
import type { Policy } from './policy.ts';
import { CALL_TOOL, methodsByVerb, verbs } from './verbs.ts';

/** The policy of now. */
export interface InForce {
  readonly config: PolicyConfig;
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly loadMs: number;
}

/** What the service needs of the node. */
export interface PolicyView {
  current(): InForce | undefined;
  /** Why the file of now is not in force; empty if it is. */
  refusal(): string;
  /** Whom a person means; `undefined` for nobody. */
  principal(text: string): Principal | undefined;
  /** The tools that `ref` can mean, and whether they are shared with the caller. */
  tools(ref: ToolRef, principal: Principal): { readonly place: ToolPlace; readonly isShared: boolean }[];
  names(): KnownNames;
}

export function createPolicyService(view: PolicyView): ServiceImpl<typeof PolicyService> {
  const methods = methodsByVerb();
  return {
    getPolicy() {
      const current = view.current();
      if (!current) return create(GetPolicyResponseSchema, { refusal: view.refusal() });
      const { config, policy, loadMs } = current;
      return create(GetPolicyResponseSchema, {
        policy: config,
        policyVersion: fromHex(policy.version),
        loadTime: timestampFromMs(loadMs),
        refusal: view.refusal(),
      });
    },

    testPolicy(request, context) {
      const asker = context.values.get(principalKey);
      const principal = request.as === '' ? asker : view.principal(request.as);
      if (asker.kind !== 'owner' && request.as !== '') throw ownOnly();
      if (!principal) throw unknown('PRINCIPAL_UNKNOWN', `"${request.as}" is nobody that this node knows`, PRINCIPALS);
      const decision = answerTo(view.current()?.policy, circumstances(request, principal));
      // Rules speak of others, and of what they may do.
      if (asker.kind !== 'owner') decision.steps = decision.steps.slice(-1);
      return create(TestPolicyResponseSchema, { decision });
    },

    async lintPolicy({ policy }) {
      const config = policy ?? view.current()?.config;
      if (!config) return create(LintPolicyResponseSchema);
      return create(LintPolicyResponseSchema, { findings: await lintPolicy(config, view.names()) });
    },

    listVerbs({ pageSize, pageToken }) {
      const { items, nextPageToken } = page(verbs, (verb) => verb, { pageSize: pageSize || 1_000, pageToken });
      return create(ListVerbsResponseSchema, { verbs: items, nextPageToken });
    },
  };

  function circumstances(request: TestPolicyRequest, principal: Principal): Circumstances {
    const { tool: ref, argumentsJson, claimedAgent, time } = request;
    const verb = request.verb || CALL_TOOL;
    const method = methods.get(verb);
    if (!method) throw unknown('VERB_UNKNOWN', `there is no verb "${verb}"`, 'list them with `towline policy verbs`');
    if (argumentsJson !== '') checkArguments(argumentsJson);
    const [found] = ref ? view.tools(ref, principal) : [];
    const question = {
      principal,
      verb,
      argumentsJson,
      ...(found && { tool: found.place }),
      ...(claimedAgent !== '' && { claimedAgent }),
    };
    return {
      question,
      isWithinReach: isWithinReach(principal.kind, accessOf(method)),
      isShared: ref ? (found?.isShared ?? false) : verb !== CALL_TOOL,
      ...(time && { nowMs: timestampMs(time) }),
    };
  }
}

const PRINCIPALS = 'write an alias of `towline peers`, or agent:NAME, program:NAME, token:ID or owner';

function ownOnly() {
  return failure(Code.PermissionDenied, 'POLICY_OWN_ONLY', 'an agent asks what the policy says to itself alone', {
    permanent: true,
    help: 'leave `as` empty',
  });
}

function unknown(reason: string, message: string, help: string) {
  return failure(Code.NotFound, reason, message, { permanent: true, help });
}

function checkArguments(text: string): void {
  try {
    checkJson(text);
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    throw failure(Code.InvalidArgument, 'ARGUMENTS_NOT_JSON', `the arguments: ${error.message}`, { permanent: true });
  }
}
