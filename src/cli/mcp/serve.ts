/** `towline mcp`: one MCP client on stdin and stdout, and the mesh behind it. */
import { Console } from 'node:console';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@connectrpc/connect';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { createLog, formatJsonLine } from '../../base/log.ts';
import { serveMcpStdio } from '../../gateway/mcp/face/stdio.ts';
import { version } from '../../node/version.ts';
import { createClient } from '../../rpc/client.ts';
import { nodeTransport } from '../client.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { attendance } from './attendance.ts';
import { NodeDoor } from './node-door.ts';

export interface McpSession {
  /** The agent's name on the node. */
  readonly agent: string;
  /** Whether nobody will come again under that name. */
  readonly isPassing: boolean;
  /** Whether the client's user answers approvals for the owner of the node. */
  readonly isApprover: boolean;
}

/** Serves until the client goes or a signal comes. */
export async function serveMcp(io: Io, { agent, isPassing, isApprover }: McpSession): Promise<void> {
  keepStdoutForMcp(io);
  using interrupt = listenForInterrupt();
  const log = createLog((record) => void io.stderr.write(formatJsonLine(record)), 'info');
  await using door = new NodeDoor({ home: io.home, agent, log });
  await door.open();
  const presence = createClient(PresenceService, door.transport);
  await serveMcpStdio({
    input: io.stdin as Readable,
    output: io.stdout as Writable,
    clients: {
      tools: createClient(ToolService, door.transport),
      nodes: createClient(NodeService, door.transport),
      presence,
      channels: createClient(ChannelService, door.transport),
      mail: createClient(MailboxService, door.transport),
    },
    about: { version },
    onAgent: attendance({ presence, isPassing, log }),
    ...(isApprover && { approver: { approvals: createClient(ApprovalService, ownerTransport(io.home)), agent } }),
    log,
    signal: interrupt.signal,
  });
}

/** As the owner, to whichever node runs at that moment. */
function ownerTransport(home: string): Transport {
  return {
    unary: async (...call) => (await nodeTransport(home)).unary(...call),
    stream: async (...call) => (await nodeTransport(home)).stream(...call),
  };
}

/** A stray line on stdout would break the protocol: whatever a library prints goes to stderr. */
function keepStdoutForMcp({ stderr }: Io): void {
  globalThis.console = new Console(stderr, stderr);
}
