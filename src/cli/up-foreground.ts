/** `towline up` in this process. */
import { once } from 'node:events';
import { type RunningNode, startNode } from '../node/start.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Io } from './io.ts';
import { renderReady } from './render/ready.ts';
import type { UpRequest } from './up-request.ts';

/** Runs the node until Ctrl-C, SIGTERM or `towline down`; it drains in order. A second Ctrl-C ends the process at once. */
export async function upForeground(io: Io, request: UpRequest): Promise<void> {
  using interrupt = listenForInterrupt();
  const node = await startNode(request);
  io.print(io.json ? JSON.stringify(readyJson(node)) : renderReady(io.style, readyJson(node)));
  await Promise.race([node.closed, stopWhenInterrupted(io, node, interrupt.signal)]);
}

/** What a program that starts a node needs to know of it. */
export interface ReadyJson {
  readonly nodeId: string;
  readonly url: string;
  readonly addresses: readonly string[];
  readonly pid: number;
}

function readyJson({ nodeIdText, url, addresses }: RunningNode): ReadyJson {
  return { nodeId: nodeIdText, url, addresses, pid: process.pid };
}

async function stopWhenInterrupted(io: Io, node: RunningNode, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  if (!io.json) io.note('Draining; Ctrl-C again ends at once.');
  await node.stop();
}
