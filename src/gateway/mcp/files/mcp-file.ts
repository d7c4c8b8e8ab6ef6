/**
 * MCP configuration files of other programs, read as they are: .mcp.json and ~/.claude.json (Claude Code), Claude
 * Desktop, Cursor, VS Code, Inspector, Gemini CLI, opencode. A broken entry harms no other, and every problem says
 * where it is and never what a secret is.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { LocalError, messageOf } from '../../../base/errors.ts';
import { type JsonMembers, jsonMembers } from '../../../base/json-text.ts';
import type { Environment } from '../upstream/expand.ts';
import type { UpstreamSpec } from '../upstream/spec.ts';
import { specOfEntry, unknownFields } from './entry.ts';
import { isEntry, unusable } from './fields.ts';
import { plainJson } from './jsonc.ts';
import { placesOf } from './places.ts';
import { memberOffsets, positionAt } from './position.ts';
import type { Surroundings } from './transport.ts';

/** Something that a person should mend. */
export interface McpFileProblem {
  readonly file: string;
  /** Counted from 1; 0 if the file could not be read. */
  readonly line: number;
  readonly column: number;
  /** The server that it concerns. If absent, all of the file. */
  readonly server?: string;
  readonly reason: string;
  /** Whether the server is used all the same. */
  readonly harmless: boolean;
}

export interface McpFile {
  readonly specs: readonly UpstreamSpec[];
  readonly problems: readonly McpFileProblem[];
}

export interface McpFileOptions {
  /** The groups that all its servers are shared with. If absent, none. */
  readonly share?: readonly string[];
  /** Where variables are looked up. If absent, the environment of this process. */
  readonly env?: Environment;
  /** What `~` and `${userHome}` mean. If absent, the home of the user. */
  readonly userHome?: string;
}

/** A file of servers is small; `~/.claude.json`, which also keeps history, can be some megabytes. */
const maxFileBytes = 64 * 1024 * 1024;

/** Reads a file. Never rejects: what is wrong is among the problems. */
export async function loadMcpFile(path: string, options: McpFileOptions = {}): Promise<McpFile> {
  try {
    const text = await readFile(path);
    if (text.length > maxFileBytes) throw new LocalError('MCP_FILE_TOO_LARGE', 'it is too large');
    return parseMcpFile(path, text.toString('utf8'), options);
  } catch (error) {
    const reason = `the file cannot be read: ${messageOf(error)}`;
    return { specs: [], problems: [{ file: path, line: 0, column: 0, reason, harmless: false }] };
  }
}

/** Reads the text of the file at `path`, which says where relative paths start. */
export function parseMcpFile(path: string, text: string, options: McpFileOptions = {}): McpFile {
  return new McpFileReader(path, plainJson(text), options).read();
}

interface Table {
  readonly offset: number;
  readonly members: JsonMembers;
}

class McpFileReader {
  readonly #path: string;
  readonly #text: string;
  readonly #share: readonly string[];
  readonly #around: Surroundings;
  readonly #specs: UpstreamSpec[] = [];
  readonly #problems: McpFileProblem[] = [];

  constructor(path: string, text: string, options: McpFileOptions) {
    this.#path = path;
    this.#text = text;
    this.#share = options.share ?? [];
    this.#around = { ...placesOf(path, options.userHome ?? homedir()), env: options.env ?? process.env };
  }

  read(): McpFile {
    try {
      const table = this.#serverTable();
      if (table) this.#readServers(table);
      else this.#problem(0, 'it has none of "mcpServers", "servers" and "mcp"', false);
    } catch (error) {
      this.#problem(offsetOf(error), messageOf(error), false);
    }
    return { specs: this.#specs, problems: this.#problems };
  }

  /** `mcpServers`, `servers`, `mcp.servers` (VS Code's settings), or `mcp` (opencode). */
  #serverTable(): Table | undefined {
    const root = { offset: 0, members: jsonMembers(this.#text) };
    const direct = this.#below(root, 'mcpServers') ?? this.#below(root, 'servers');
    if (direct) return direct;
    const mcp = this.#below(root, 'mcp');
    return mcp && (this.#below(mcp, 'servers') ?? mcp);
  }

  #below({ offset, members }: Table, name: string): Table | undefined {
    const text = members.get(name);
    const at = memberOffsets(this.#text, offset, members).get(name)?.value;
    return text?.startsWith('{') && at !== undefined ? { offset: at, members: jsonMembers(text) } : undefined;
  }

  #readServers({ offset, members }: Table): void {
    const offsets = memberOffsets(this.#text, offset, members);
    for (const [name, text] of members) this.#readServer(name, text, offsets.get(name)?.name ?? offset);
  }

  #readServer(name: string, text: string, offset: number): void {
    try {
      const entry: unknown = JSON.parse(text);
      if (!isEntry(entry)) throw unusable('its entry is not an object');
      for (const field of unknownFields(entry)) this.#problem(offset, `the field "${field}" is not known`, true, name);
      this.#specs.push(specOfEntry(name, entry, this.#share, this.#around));
    } catch (error) {
      this.#problem(offset, messageOf(error), false, name);
    }
  }

  #problem(offset: number, reason: string, harmless: boolean, server?: string): void {
    const { line, column } = positionAt(this.#text, offset);
    this.#problems.push({
      file: this.#path,
      line,
      column,
      reason,
      harmless,
      ...(server === undefined ? {} : { server }),
    });
  }
}

/** Where JSON broke: base/json-text counts characters from 1. */
function offsetOf(error: unknown): number {
  const position = error instanceof LocalError ? Number(error.metadata['position']) : Number.NaN;
  return Number.isFinite(position) ? position - 1 : 0;
}
