/** Calls that take their time: one that tells how far it is, and one that is not wanted any more. */
import type { Client } from '@modelcontextprotocol/client';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { messageOf } from '../../base/errors.ts';
import { textOf } from './agent.ts';
import type { MeshNode } from './mesh-node.ts';
import { type Say, shortTime } from './transcript.ts';
import { eventually, verify } from './verify.ts';

const STEPS = 4;

/** Runs the operation to its end and sees each of its steps but perhaps the last one pass by. */
export async function followProgress(client: Client, tool: string, say: Say): Promise<void> {
  const seen: number[] = [];
  const start = performance.now();
  const onprogress = ({ progress, total }: { progress: number; total?: number | undefined }) => {
    seen.push(progress);
    say(`progress ${progress} of ${total ?? '?'} after ${shortTime(performance.now() - start)}`);
  };
  const request = { name: tool, arguments: { duration: 2, steps: STEPS } };
  say(textOf(await client.callTool(request, { onprogress, resetTimeoutOnProgress: true })));
  // The SDK's client drops a notification that shares a chunk with the result (typescript-sdk issue 2580).
  verify(seen.length >= STEPS - 1, `progress of ${STEPS} steps`);
  verify(
    seen.every((value, index) => index === 0 || value > (seen[index - 1] ?? 0)),
    'progress grows',
  );
}

/** Cancels a call that would take half a minute, and sees it gone from the link on the node that has the tool. */
export async function cancelOne(client: Client, tool: string, lab: MeshNode, say: Say): Promise<void> {
  const before = await openCalls(lab);
  const stop = new AbortController();
  const request = { name: tool, arguments: { duration: 30, steps: 60 } };
  const start = performance.now();
  const call = client.callTool(request, { signal: stop.signal, onprogress: () => stop.abort('not wanted any more') });
  const outcome = call.then(() => 'answered', messageOf);
  await eventually('the call has reached the other node', async () =>
    (await openCalls(lab)) > before ? true : undefined,
  );
  say(`the call runs on ${lab.name}; cancelling it at its first progress`);
  verify((await outcome) !== 'answered', 'a cancelled call has no answer');
  await eventually('the call has ended on the other node', async () =>
    (await openCalls(lab)) <= before ? true : undefined,
  );
  say(`gone from ${lab.name} ${shortTime(performance.now() - start)} after it was made, instead of 30 s`);
}

async function openCalls(node: MeshNode): Promise<number> {
  const { links } = await node.client(AdminService).listLinks({});
  return links
    .filter(({ closeTime }) => closeTime === undefined)
    .reduce((sum, { streamCount }) => sum + streamCount, 0);
}
