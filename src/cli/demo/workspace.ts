/** The demo's folder: homes, the file that is read across the mesh, and the MCP configuration files. Gone afterwards. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoPackages } from './packages.ts';

/** The lab's rules: a tool that a person decides on, each time, on another node; and who sees the tools of an agent that attaches. */
const LAB_CONFIG = `approvals: {approvers: [archive], wait: 60s}
uplinks: {thin: {share: [home]}}
policy:
  rules:
    - {name: sums-are-asked, effect: ask, tools: [everything/get-sum]}
`;

/** What stands in the file that the agent reads from another node. */
export const NOTE = 'The tide turns at six. Tie up on the lee side.\n';

export interface Workspace extends AsyncDisposable {
  readonly folder: string;
  readonly notePath: string;
  /** As a person would write them, in the `.mcp.json` shape. */
  readonly everythingFile: string;
  readonly filesFile: string;
}

export async function createWorkspace(packages: DemoPackages): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-demo-'));
  const notes = join(folder, 'notes');
  await mkdir(notes);
  await writeFile(join(notes, 'harbour.txt'), NOTE);
  await mkdir(join(folder, 'lab'), { mode: 0o700 });
  await writeFile(join(folder, 'lab', 'towline.yaml'), LAB_CONFIG, { mode: 0o600 });
  const write = async (name: string, servers: Record<string, readonly string[]>) => {
    const path = join(folder, `${name}.mcp.json`);
    await writeFile(path, mcpFile(servers));
    return path;
  };
  return {
    folder,
    notePath: join(notes, 'harbour.txt'),
    everythingFile: await write('lab', { everything: [packages.everything, 'stdio'] }),
    filesFile: await write('archive', { files: [packages.files, notes] }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function mcpFile(servers: Record<string, readonly string[]>): string {
  const entries = Object.entries(servers).map(([name, args]) => [name, { command: process.execPath, args }]);
  return `${JSON.stringify({ mcpServers: Object.fromEntries(entries) }, undefined, 2)}\n`;
}
