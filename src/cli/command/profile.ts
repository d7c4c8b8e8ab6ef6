import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type { Command } from 'commander';
import {
  AgentAudience,
  type AgentPresence,
  AgentPresenceSchema,
  AgentProfileSchema,
  AgentStatus,
} from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { reasonOf } from '../../rpc/failure.ts';
import { roleOf, roleWords } from '../../services/presence/roles.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { collect } from '../options.ts';
import { renderAgent } from '../render/agents.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { usageError } from '../usage.ts';

export const examples = [
  'towline profile',
  'towline profile set --status "do not disturb"',
  'towline profile set --summary "reviews until noon" --role thinker',
  'towline profile set --visibility lab --share-place no',
];

interface SetOptions {
  readonly status?: AgentStatus;
  readonly summary?: string;
  readonly name?: string;
  readonly role?: string;
  readonly title?: string;
  readonly bio?: string;
  readonly capability?: string[];
  readonly visibility?: string;
  readonly sharePlace?: boolean;
}

/** `towline profile`: what the person says of themself to the mesh. */
export function setup(command: Command, io: Io): void {
  command
    .command('show', { isDefault: true })
    .description('Show what this node tells others of you.')
    .action(() => show(io));
  command
    .command('set')
    .description('Change what this node tells others of you; only what is given.')
    .option('--status <status>', 'idle, working, or "do not disturb" (dnd)', statusOf)
    .option('--summary <text>', 'what you work on; "" for nothing')
    .option('--name <name>', 'what people call you; "" for none')
    .option('--role <role>', `one of ${roleWords.join(', ')}; "" for that of the node`)
    .option('--title <text>', 'what you are, in a few words')
    .option('--bio <text>', 'what you are, in a few sentences')
    .option('--capability <word>', 'what you are good at; may be repeated, and replaces those before', collect)
    .option('--visibility <who>', 'all groups, nobody, or some of the groups: GROUP[,GROUP…] ("all", "nobody")')
    .option('--share-place <yes|no>', 'whether others see the host and folder of your sessions', yesOrNo)
    .action((options: SetOptions) => change(io, options));
}

async function show(io: Io): Promise<void> {
  tell(io, await current(await nodeClient(io.home, PresenceService)));
}

/** Somebody who has never been here and never said anything has an empty row. */
async function current(presence: Client<typeof PresenceService>): Promise<AgentPresence> {
  try {
    const { agent } = await presence.getPresence({});
    return agent ?? create(AgentPresenceSchema);
  } catch (error) {
    if (reasonOf(error) !== 'AGENT_UNKNOWN') throw error;
    return create(AgentPresenceSchema, { alias: 'self', ref: { agent: 'owner' } });
  }
}

async function change(io: Io, options: SetOptions): Promise<void> {
  if (Object.keys(options).length === 0) throw usageError('nothing to set', 'see `towline help profile set`');
  const role = options.role === undefined ? undefined : readRole(options.role);
  const presence = await nodeClient(io.home, PresenceService);
  const before = await current(presence);
  const { status, summary, name } = options;
  if (status !== undefined) await presence.setStatus({ status });
  if (summary !== undefined) await presence.setSummary({ summary });
  const profile = profileOf(before, options);
  if (name !== undefined || role !== undefined || profile) {
    await presence.setProfile({
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(profile && { profile }),
    });
  }
  const visibility = visibilityOf(before, options);
  if (visibility) await presence.setVisibility({ visibility });
  tell(io, await current(presence));
}

function tell(io: Io, agent: AgentPresence): void {
  io.print(io.json ? prettyJson(jsonOf(AgentPresenceSchema, agent)) : renderAgent(io.style, agent));
}

function profileOf({ profile }: AgentPresence, { title, bio, capability }: SetOptions) {
  if (title === undefined && bio === undefined && capability === undefined) return undefined;
  return {
    ...(profile ?? create(AgentProfileSchema)),
    ...(title !== undefined && { title }),
    ...(bio !== undefined && { bio }),
    ...(capability && { capabilities: capability.filter(Boolean) }),
  };
}

function visibilityOf({ visibility: before }: AgentPresence, { visibility, sharePlace }: SetOptions) {
  if (visibility === undefined && sharePlace === undefined) return undefined;
  const { audience = AgentAudience.GROUPS, groups = [] } = before ?? {};
  const shown = visibility === undefined ? { audience, groups } : audienceOf(visibility);
  return { ...shown, sharesPlace: sharePlace ?? before?.sharesPlace ?? false };
}

function audienceOf(word: string): { audience: AgentAudience; groups: string[] } {
  if (word === 'nobody') return { audience: AgentAudience.NODE, groups: [] };
  const groups = word === 'all' ? [] : word.split(',').map((group) => group.trim());
  return { audience: AgentAudience.GROUPS, groups };
}

const statuses: Readonly<Record<string, AgentStatus>> = {
  idle: AgentStatus.IDLE,
  working: AgentStatus.WORKING,
  'do not disturb': AgentStatus.DO_NOT_DISTURB,
  dnd: AgentStatus.DO_NOT_DISTURB,
};

function statusOf(word: string): AgentStatus {
  const status = Object.hasOwn(statuses, word) ? statuses[word] : undefined;
  if (status === undefined) throw usageError(`"${word}" is no status`, 'say idle, working or "do not disturb"');
  return status;
}

function readRole(word: string) {
  const role = roleOf(word);
  if (role === 0 && word !== '') throw usageError(`"${word}" is no role`, `say ${roleWords.join(', ')}`);
  return role;
}

function yesOrNo(word: string): boolean {
  if (word !== 'yes' && word !== 'no') throw usageError(`"${word}" is neither yes nor no`, 'say yes or no');
  return word === 'yes';
}
