/** Each session of an MCP client is an agent. Who is here, told to whoever keeps the list of agents. */
import type { Principal } from '../../../rpc/principal.ts';

export interface AgentEvent {
  readonly kind: 'connect' | 'disconnect';
  /** Unique among the agents of this gateway: "claude-code", "claude-code-2". */
  readonly name: string;
  /** What the client calls itself, for example "claude-code 2.1.329". For display only. */
  readonly software: string;
  /** Who it showed itself to be. Absent on stdio, where whoever runs the gateway knows. */
  readonly principal?: Principal;
}

export interface Seat {
  readonly name: string;
  /** Once; later calls do nothing. */
  leave(): void;
}

const maxSoftwareLength = 128;
const maxNameLength = 48;

export class AgentRoll {
  readonly #names = new Set<string>();
  readonly #tell: (event: AgentEvent) => void;

  constructor(tell: ((event: AgentEvent) => void) | undefined) {
    this.#tell = tell ?? (() => undefined);
  }

  /** `clientInfo` is the exact text of what the client says of itself, where it does. */
  enter(clientInfo: string | undefined, principal?: Principal): Seat {
    const { name: claimed, software } = readClientInfo(clientInfo);
    const name = this.#freeName(claimed);
    this.#names.add(name);
    const about = { name, software, ...(principal && { principal }) };
    this.#tell({ kind: 'connect', ...about });
    let isHere = true;
    const leave = () => {
      if (!isHere) return;
      isHere = false;
      this.#names.delete(name);
      this.#tell({ kind: 'disconnect', ...about });
    };
    return { name, leave };
  }

  #freeName(wanted: string): string {
    if (!this.#names.has(wanted)) return wanted;
    let number = 2;
    while (this.#names.has(`${wanted}-${number}`)) number++;
    return `${wanted}-${number}`;
  }
}

function readClientInfo(text: string | undefined): { name: string; software: string } {
  const info: unknown = text === undefined ? undefined : JSON.parse(text);
  const { name, version } = (typeof info === 'object' && info !== null ? info : {}) as Record<string, unknown>;
  const said = typeof name === 'string' ? name : '';
  const software = typeof version === 'string' ? `${said} ${version}` : said;
  return { name: asName(said), software: software.slice(0, maxSoftwareLength) };
}

function asName(said: string): string {
  const name = said
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, maxNameLength);
  return name.replace(/-$/, '') || 'mcp';
}
