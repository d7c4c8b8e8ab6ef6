/**
 * The node as an MCP session needs it: always there. It joins the node that runs for this home, runs one in this process
 * if there is none, and does so again when the one that it joined is gone. To the gateway it is one transport.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Transport } from '@connectrpc/connect';
import { LocalError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RunningNode } from '../../node/start.ts';
import { type AgentSeat, takeSeat } from './agent-seat.ts';

/** Two sessions that start at once both want to run the node; one loses, and joins the other a moment later. */
const ATTEMPTS = 50;
const PAUSE_MS = 100;

export interface NodeDoorOptions {
  readonly home: string;
  /** The agent's name on the node. */
  readonly agent: string;
  readonly log: Log;
}

export class NodeDoor implements AsyncDisposable {
  readonly #options: NodeDoorOptions;
  #seat: Promise<AgentSeat> | undefined;
  #current: AgentSeat | undefined;
  #own: RunningNode | undefined;

  constructor(options: NodeDoorOptions) {
    this.#options = options;
  }

  /** Calls made through it go to whichever node is there at that moment. */
  readonly transport: Transport = {
    unary: async (...call) => (await this.#usableSeat()).transport.unary(...call),
    stream: async (...call) => (await this.#usableSeat()).transport.stream(...call),
  };

  /** Resolves when there is a node. Throws if none can be joined or run. */
  async open(): Promise<void> {
    await this.#usableSeat();
  }

  /** Gives the token back, and ends the node if it runs in this process. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#current?.usable() === true) await this.#current.leave();
    } catch (error) {
      this.#options.log.warn('the token of this session could not be revoked; it expires', { error: messageOf(error) });
    } finally {
      await this.#own?.stop();
    }
  }

  #usableSeat(): Promise<AgentSeat> {
    if (this.#seat !== undefined && this.#current?.usable() !== false) return this.#seat;
    this.#current = undefined;
    this.#seat = this.#findSeat();
    this.#seat.catch(() => {
      this.#seat = undefined; // the caller hears of it; the next call tries again
    });
    return this.#seat;
  }

  async #findSeat(): Promise<AgentSeat> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#current = await this.#joinOrRun();
        return this.#current;
      } catch (error) {
        if (!isPassing(error) || attempt === ATTEMPTS) throw error;
        await pause(PAUSE_MS);
      }
    }
  }

  async #joinOrRun(): Promise<AgentSeat> {
    const { home, agent, log } = this.#options;
    try {
      return await takeSeat(home, agent);
    } catch (error) {
      if (!(error instanceof LocalError) || error.reason !== 'NODE_NOT_RUNNING') throw error;
    }
    const { startNode } = await import('../../node/start.ts');
    this.#own = await startNode({ home, log });
    log.info('no node ran for this home: this process runs one while its client is here', { home });
    return takeSeat(home, agent);
  }
}

/** Somebody else is just starting a node for this home, or has just ended one. */
function isPassing(error: unknown): boolean {
  const local = error instanceof Error && error.cause instanceof LocalError ? error.cause : error;
  return local instanceof LocalError && ['HOME_IN_USE', 'NODE_NOT_RUNNING'].includes(local.reason);
}
