import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  AgentAudience,
  type AgentPresence,
  AgentRoleSchema,
  AgentState,
  AgentStatus,
  AgentStatusSchema,
  AgentTypeSchema,
} from '../../../gen/towline/v1/presence_pb.ts';
import { enumWord } from './enum-word.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { agoText } from './time.ts';

/** Agents, one a line. */
export function renderAgents(style: Style, agents: readonly AgentPresence[]): string {
  const rows = agents.map((agent) => [
    style.bold(addressText(agent)),
    stateText(style, agent),
    agoText(sinceOf(agent)),
    agent.type === 0 ? '' : enumWord(AgentTypeSchema, agent.type),
    agent.role === 0 ? '' : enumWord(AgentRoleSchema, agent.role),
    agent.groups.map(plainLine).join(', '),
    plainLine(agent.summary),
  ]);
  return renderTable(style, ['AGENT', 'STATE', 'SINCE', 'TYPE', 'ROLE', 'GROUPS', 'SUMMARY'], rows);
}

/** One agent, with everything that is known of it. */
export function renderAgent(style: Style, agent: AgentPresence): string {
  const { profile, visibility, sessions } = agent;
  const lines: [string, string][] = [
    ['agent', addressText(agent)],
    ['name', agent.name],
    ['state', stateText(style, agent)],
    ['role', agent.role === 0 ? '' : enumWord(AgentRoleSchema, agent.role)],
    ['summary', agent.summary],
    ['title', profile?.title ?? ''],
    ['bio', profile?.bio ?? ''],
    ['capabilities', profile?.capabilities.join(', ') ?? ''],
    ['seen by', audienceText(agent)],
    ['host, folder', visibility?.sharesPlace ? 'shown to others' : 'not shown to others'],
    ...sessions.map(({ session, software, folder }): [string, string] => [
      'session',
      [session, software, folder].filter(Boolean).join('  '),
    ]),
  ];
  const shown = lines.filter(([, value]) => value !== '');
  return shown.map(([label, value]) => `${style.dim(label.padEnd(14))}${plain(label, value)}`).join('\n');
}

/** What became of an agent, in a line without its end. */
export function agentChange(style: Style, agent: AgentPresence): string {
  const facts = [style.bold(addressText(agent)), stateText(style, agent), plainLine(agent.summary)];
  return facts.filter(Boolean).join('  ');
}

/** "desk/ada"; agents of this node stand alone. */
export function addressText({ alias, ref }: AgentPresence): string {
  const agent = plainLine(ref?.agent ?? '');
  return alias === 'self' || alias === '' ? agent : `${plainLine(alias)}/${agent}`;
}

function stateText(style: Style, { state, status }: AgentPresence): string {
  if (state !== AgentState.ONLINE) return style.dim('offline');
  const word = enumWord(AgentStatusSchema, status || AgentStatus.IDLE);
  return status === AgentStatus.DO_NOT_DISTURB ? style.warn(word) : style.good(word);
}

function sinceOf({ connectTime, lastSeenTime }: AgentPresence): Timestamp | undefined {
  return connectTime ?? lastSeenTime;
}

function audienceText({ groups, visibility }: AgentPresence): string {
  if (visibility?.audience === AgentAudience.NODE) return 'nobody but this node';
  const only = visibility?.groups ?? [];
  return `this node, and peers in ${(only.length > 0 ? only : groups).join(', ') || 'no group yet'}`;
}

/** The state is coloured; all else may come from anywhere. */
function plain(label: string, value: string): string {
  return label === 'state' ? value : plainLine(value);
}
