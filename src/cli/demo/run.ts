/** Runs the demo: whatever happens, no process and no folder is left behind. */
import { once } from 'node:events';
import { messageOf } from '../../base/errors.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { prettyJson } from '../render/json.ts';
import { plainLine } from '../render/plain.ts';
import { renderTable } from '../render/table.ts';
import { type DemoFigures, machineText } from './figures.ts';
import { Fleet } from './fleet.ts';
import { findPackages } from './packages.ts';
import { clientSetups } from './point-clients.ts';
import { type StoryEnd, tellStory } from './story.ts';
import { Transcript } from './transcript.ts';
import { createWorkspace } from './workspace.ts';

/** Fulfils when every step has verified its result; throws what the first failing one threw. */
export async function runDemo(io: Io, stay: boolean): Promise<void> {
  const packages = findPackages();
  const transcript = new Transcript(io.style, io.json ? () => undefined : io.print);
  using interrupt = listenForInterrupt();
  await using workspace = await createWorkspace(packages);
  await using fleet = new Fleet();
  try {
    const story = tellStory(transcript, workspace, fleet);
    const end = await Promise.race([story, rejectWhenAborted(interrupt.signal)]);
    showEnd(io, transcript, end);
    if (stay) await stayUntilInterrupted(transcript, end, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) await showLastLines(io, fleet);
    throw error;
  }
}

async function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

function showEnd(io: Io, transcript: Transcript, { figures }: StoryEnd): void {
  const { steps } = transcript;
  const all: DemoFigures = { suite: 'demo', machine: machineText(), figures, steps };
  if (io.json) {
    io.print(prettyJson(all));
    return;
  }
  const rows = figures.map(({ name, value, unit }) => [name, String(value), unit]);
  io.print(`\n${renderTable(io.style, ['FIGURE', 'VALUE', ''], rows)}\n${io.style.dim(all.machine)}`);
  io.print(`\n${io.style.good(`All ${steps.length} steps verified their results.`)}`);
}

async function stayUntilInterrupted(transcript: Transcript, { target }: StoryEnd, signal: AbortSignal): Promise<void> {
  transcript.line('\nThe mesh stays. Point an MCP client at the laptop:');
  for (const [title, line] of clientSetups(target)) transcript.line(`\n  ${title}\n    ${line}`);
  transcript.line('\nCtrl-C ends it.');
  if (!signal.aborted) await once(signal, 'abort');
}

/** What the nodes said last, for whoever must find out why a step failed. */
async function showLastLines(io: Io, { nodes }: Fleet): Promise<void> {
  for (const node of nodes) {
    io.note(`\nthe last lines of ${node.name}:`);
    const lines = await node.lastLines().catch((error: unknown) => [messageOf(error)]);
    for (const line of lines) io.note(`  ${plainLine(line)}`);
  }
}
