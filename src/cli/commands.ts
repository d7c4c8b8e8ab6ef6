/** All commands, in the order of the help. */
import type { CommandEntry } from './command.ts';

const NODE = 'This node:';
const PEERS = 'Other nodes:';
const TOOLS = 'Tools:';
const WORDS = 'Words:';
const CARE = 'Care:';

export const commands: readonly CommandEntry[] = [
  entry(NODE, 'init', 'make a home: key, configuration, owner token', () => import('./command/init.ts')),
  entry(NODE, 'up', 'run the node', () => import('./command/up.ts')),
  entry(NODE, 'down', 'end the running node in order', () => import('./command/down.ts')),
  entry(NODE, 'reload', 'read a changed configuration', () => import('./command/reload.ts')),
  entry(NODE, 'status', 'how the running node does', () => import('./command/status.ts')),
  entry(NODE, 'logs', 'what the node has logged', () => import('./command/logs.ts')),
  entry(NODE, 'id', "this node's id", () => import('./command/id.ts')),
  entry(PEERS, 'invite', 'make an invite for another node', () => import('./command/invite.ts')),
  entry(PEERS, 'join', 'join the node that made an invite', () => import('./command/join.ts')),
  entry(
    PEERS,
    'peers',
    'the nodes that this node trusts, and whether they are there',
    () => import('./command/peers.ts'),
  ),
  entry(
    PEERS,
    'agents',
    'who works on this node and its peers, and what each does',
    () => import('./command/agents.ts'),
  ),
  entry(PEERS, 'profile', 'what you say of yourself to the others', () => import('./command/profile.ts')),
  entry(PEERS, 'link', 'the links to other nodes: how they do, and why they ended', () => import('./command/link.ts')),
  entry(PEERS, 'group', 'groups whose members all know each other', () => import('./command/group.ts')),
  entry(PEERS, 'trust', 'list, add and remove trusted keys', () => import('./command/trust.ts')),
  entry(TOOLS, 'tools', 'the tools of this node and its peers, and who sees them', () => import('./command/tools.ts')),
  entry(TOOLS, 'call', 'call a tool, wherever it lives', () => import('./command/call.ts')),
  entry(
    TOOLS,
    'mcp',
    'be an MCP server on stdin and stdout, with the tools of the mesh',
    () => import('./command/mcp.ts'),
  ),
  entry(TOOLS, 'token', 'tokens for MCP clients and programs', () => import('./command/token.ts')),
  entry(TOOLS, 'approvals', 'calls that wait for your yes or no', () => import('./command/approvals.ts')),
  entry(TOOLS, 'grants', 'what may be used without asking', () => import('./command/grants.ts')),
  entry(WORDS, 'send', 'send a mail that is never lost, to agents and nodes', () => import('./command/send.ts')),
  entry(WORDS, 'inbox', 'read the mail of this node', () => import('./command/inbox.ts')),
  entry(WORDS, 'channel', 'where agents talk: one order for everybody, kept', () => import('./command/channel.ts')),
  entry(
    CARE,
    'policy',
    'who may do what: show, test, explain and check the rules',
    () => import('./command/policy.ts'),
  ),
  entry(
    CARE,
    'audit',
    'what the node has recorded, and whether all of it is there',
    () => import('./command/audit.ts'),
  ),
  entry(CARE, 'backup', 'write all of a home into one private file', () => import('./command/backup.ts')),
  entry(CARE, 'restore', 'make a home from a backup', () => import('./command/restore.ts')),
  entry(CARE, 'doctor', 'look for what is wrong, and say what mends it', () => import('./command/doctor.ts')),
  entry(CARE, 'demo', 'a mesh of three nodes, shown at work', () => import('./command/demo.ts')),
];

function entry(group: string, name: string, summary: string, load: CommandEntry['load']): CommandEntry {
  return { group, name, summary, load };
}
