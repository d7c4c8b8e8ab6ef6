/** `towline_set_status`: what the agent says of itself to the others. */
import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { AgentAudience, AgentProfileSchema } from '../../../../gen/towline/v1/presence_pb.ts';
import type { PresenceService } from '../../../../gen/towline/v1/presence_service_pb.ts';
import { agentRow, statusWords } from './agent-rows.ts';
import type { BuiltIn } from './built-in-type.ts';
import { replyToFailure } from './call-failure.ts';
import { errorResult, textResult } from './reply.ts';

const name = 'towline_set_status';

type Presence = Client<typeof PresenceService>;

/** What a model may give, once it is checked. */
interface Wanted {
  readonly status?: string;
  readonly summary?: string;
  readonly title?: string;
  readonly capabilities?: string[];
  readonly visible?: boolean;
}

export const builtInSetStatus: BuiltIn = {
  name,
  definition: JSON.stringify({
    name,
    title: 'Say what you are doing',
    description:
      'Tells the other agents of the mesh what you do; they see it in towline_peers. Set "working" with a summary of a ' +
      'sentence when you begin something long, "idle" when it is done, "do not disturb" when only urgent words may ' +
      'reach you. Only what you give is changed. Returns what the others see of you.',
    inputSchema: {
      type: 'object',
      properties: {
        status: { type: 'string', enum: [...statusWords.keys()] },
        summary: { type: 'string', maxLength: 1024, description: 'What you work on. Empty: nothing.' },
        title: { type: 'string', maxLength: 128, description: 'What you are, in a few words.' },
        capabilities: {
          type: 'array',
          maxItems: 32,
          items: { type: 'string', minLength: 1, maxLength: 64 },
          description: 'What you are good at, a word or two each.',
        },
        visible: { type: 'boolean', description: 'Whether other machines see you at all.' },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  }),

  async run({ clients: { presence } }, call, _callExposed, { signal }) {
    const wanted = JSON.parse(call.arguments || '{}') as Record<string, unknown>;
    const fault = faultOf(wanted);
    if (fault !== undefined) return errorResult(fault);
    try {
      await apply(presence, wanted, signal);
      const { agent } = await presence.getPresence({}, { signal });
      return textResult(JSON.stringify(agent ? agentRow(agent) : {}));
    } catch (error) {
      return replyToFailure(error, call.name, call.capabilities);
    }
  },
};

const checks: Readonly<Record<keyof Wanted, { is(value: unknown): boolean; what: string }>> = {
  status: {
    is: (value) => typeof value === 'string' && statusWords.has(value),
    what: `one of ${[...statusWords.keys()].map((word) => `"${word}"`).join(', ')}`,
  },
  summary: { is: (value) => typeof value === 'string', what: 'a string' },
  title: { is: (value) => typeof value === 'string', what: 'a string' },
  capabilities: {
    is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    what: 'a list of strings',
  },
  visible: { is: (value) => typeof value === 'boolean', what: 'true or false' },
};

/** What is wrong, in words; how long things may be, the service says. */
function faultOf(wanted: Record<string, unknown>): string | undefined {
  for (const [member, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(checks, member)) return `"${member}" is nothing that can be set.`;
    const { is, what } = checks[member as keyof Wanted];
    if (!is(value)) return `"${member}" must be ${what}.`;
  }
  return undefined;
}

async function apply(presence: Presence, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const { summary, title, capabilities, visible } = wanted;
  const status = statusWords.get(wanted.status ?? '');
  if (status !== undefined) await presence.setStatus({ status }, { signal });
  if (summary !== undefined) await presence.setSummary({ summary }, { signal });
  if (title === undefined && capabilities === undefined && visible === undefined) return;
  const { agent } = await presence.getPresence({}, { signal }).catch(() => ({ agent: undefined }));
  if (title !== undefined || capabilities !== undefined) {
    const before = agent?.profile ?? create(AgentProfileSchema);
    const profile = { ...before, ...(title !== undefined && { title }), ...(capabilities && { capabilities }) };
    await presence.setProfile({ profile }, { signal });
  }
  if (visible === undefined) return;
  const audience = visible ? AgentAudience.GROUPS : AgentAudience.NODE;
  const { groups = [], sharesPlace = false } = agent?.visibility ?? {};
  await presence.setVisibility({ visibility: { audience, groups, sharesPlace } }, { signal });
}
