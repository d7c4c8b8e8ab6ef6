/** PresenceService: who is there, and what each says of itself. */
import { create } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { AgentPresence } from '../../../gen/towline/v1/presence_pb.ts';
import {
  type AttendRequest,
  type AttendResponse,
  AttendResponseSchema,
  type GetPresenceRequest,
  GetPresenceResponseSchema,
  type ListPresenceRequest,
  ListPresenceResponseSchema,
  type PresenceService,
  type SetProfileRequest,
  SetProfileResponseSchema,
  SetStatusResponseSchema,
  SetSummaryResponseSchema,
  SetVisibilityResponseSchema,
} from '../../../gen/towline/v1/presence_service_pb.ts';
import { page } from '../../rpc/page.ts';
import { agentOf, type Principal, principalKey } from '../../rpc/principal.ts';
import type { PresenceDirectory } from './directory.ts';
import type { Settings } from './own-agent.ts';
import { agentUnknown } from './problems.ts';
import { isControlPlane } from './view.ts';
import { watchPresence } from './watch.ts';
import { isLocal, whoOf } from './who.ts';

export function createPresenceService(directory: PresenceDirectory): ServiceImpl<typeof PresenceService> {
  const set = (context: HandlerContext, settings: Partial<Settings>) =>
    directory.own.set(whoOf(callerOf(context)), settings);
  return {
    listPresence: (request, context) => list(directory, request, callerOf(context)),
    watchPresence: ({ includeControlPlane }, context) =>
      watchPresence(directory, callerOf(context), { includeControlPlane, signal: context.signal }),
    getPresence: (request, context) =>
      create(GetPresenceResponseSchema, { agent: find(directory, request, callerOf(context)) }),
    attend: (request, context) => attend(directory, request, context),
    setStatus: async ({ status }, context) =>
      create(SetStatusResponseSchema, { agent: await set(context, { status }) }),
    setSummary: async ({ summary }, context) =>
      create(SetSummaryResponseSchema, { agent: await set(context, { summary }) }),
    setProfile: async (request, context) =>
      create(SetProfileResponseSchema, { agent: await set(context, profileOf(request)) }),
    setVisibility: async ({ visibility }, context) =>
      create(SetVisibilityResponseSchema, { agent: await set(context, visibility ? { visibility } : {}) }),
  };
}

function callerOf(context: HandlerContext): Principal {
  return context.values.get(principalKey);
}

function list(directory: PresenceDirectory, request: ListPresenceRequest, principal: Principal) {
  const rows = directory
    .all(principal)
    .map(({ row }) => row)
    .filter((row) => request.includeControlPlane || !isControlPlane(row))
    .filter(({ alias }) => request.alias === '' || alias === request.alias);
  const { items, nextPageToken } = page(rows, keyOf, request);
  const unlistedCount = isLocal(principal) ? directory.unlistedCount : 0;
  return create(ListPresenceResponseSchema, { agents: items, nextPageToken, unlistedCount });
}

/** The order of lists: no alias and no agent's name has a slash, and a key tells where the next page begins. */
function keyOf({ alias, ref }: AgentPresence): string {
  return `${alias}/${ref?.agent ?? ''}`;
}

function find(directory: PresenceDirectory, { ref }: GetPresenceRequest, principal: Principal): AgentPresence {
  const { agent } = ref ?? whoOf(principal);
  const row = ref ? directory.find(ref.nodeId, agent, principal) : directory.at(agent, principal);
  if (!row) throw agentUnknown(agent);
  return row;
}

function profileOf({ name, role, profile }: SetProfileRequest): Partial<Settings> {
  return {
    ...(name !== undefined && { name }),
    ...(role !== undefined && { role }),
    ...(profile !== undefined && { profile }),
  };
}

/** The caller is here until its stream ends, whoever ends it. */
async function* attend(
  directory: PresenceDirectory,
  { session, door, software, host, folder, passing }: AttendRequest,
  context: HandlerContext,
): AsyncGenerator<AttendResponse> {
  const principal = callerOf(context);
  const arrival = { session, door: door || 'token', software, host, folder };
  const leave = directory.own.arrive(whoOf(principal), { isPassing: passing, arrival });
  try {
    const name = agentOf(principal);
    const changes = directory.changes.watch(context.signal);
    yield create(AttendResponseSchema, { agent: directory.at(name, principal) });
    for await (const place of changes) {
      if (place === name) yield create(AttendResponseSchema, { agent: directory.at(name, principal) });
    }
  } finally {
    leave();
  }
}
