/** What the stories share: nodes that end with the story, a line of text, and waiting for something to be so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type NodePlan, StoryNode } from './node.ts';

const LOOK_MS = 100;
const PATIENCE_MS = 30_000;

type Nodes<Name extends string> = Readonly<Record<Name, StoryNode>>;

/** Starts the nodes, tells the story, and ends them whatever became of it. */
export async function story<Name extends string>(
  plans: Readonly<Record<Name, NodePlan>>,
  tell: (nodes: Nodes<Name>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-story-'));
  const started: StoryNode[] = [];
  try {
    for (const [name, plan] of Object.entries<NodePlan>(plans)) started.push(await StoryNode.start(name, folder, plan));
    await tell(Object.fromEntries(started.map((node) => [node.name, node])) as Nodes<Name>);
    say('done: everything was as it should be');
  } finally {
    await Promise.all(started.map((node) => node.stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function say(line: string): void {
  console.log(line);
}

/** Looks again until there is something; throws after half a minute. */
export async function eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(LOOK_MS);
  }
  throw new Error(`${what} did not happen within ${PATIENCE_MS / 1000} s`);
}
