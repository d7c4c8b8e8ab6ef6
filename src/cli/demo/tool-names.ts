import type { Client } from '@modelcontextprotocol/client';
import { eventually } from './verify.ts';

/** The names that the demo's tools have in the merged list. */
export interface DemoTools {
  readonly echo: string;
  readonly read: string;
  readonly slow: string;
  /** The one that the lab's policy asks about. */
  readonly sum: string;
  /** How many tools the list has. */
  readonly count: number;
}

/** Finds the tools in the list, whatever the gateway puts around their names. Waits until both peers have answered. */
export function findTools(client: Client): Promise<DemoTools> {
  return eventually('the merged list has the tools of both peers', async () => {
    const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' });
    const find = (node: string, name: string) =>
      tools.find((tool) => tool.name.startsWith(`${node}_`) && tool.name.includes(name));
    const [echo, slow, sum] = [find('lab', 'echo'), find('lab', 'long'), find('lab', 'get-sum')];
    const read = find('archive', 'read_text_file');
    if (!echo || !read || !slow || !sum) return undefined;
    return { echo: echo.name, read: read.name, slow: slow.name, sum: sum.name, count: tools.length };
  });
}
