/** Agents that attach to a node, each on a connection of its own: what the suite would else do in its own process. */
import { Uplink } from '../../examples/uplink-agent/uplink.ts';
import { serveQuestions } from '../lib/worker.ts';

/** The node's certificate is its own; that its key is checked costs an agent, not the node. */
const tls = { rejectUnauthorized: false };

serveQuestions({
  /** Attaches one agent for each token, all at once. */
  attach: async ({ url, agents }: { url: string; agents: readonly (readonly [name: string, token: string])[] }) => {
    const attached = agents.map(([agent, token]) => {
      const line = new Uplink({ url, token, tls, identity: { agent }, tools: { echo: (text) => text } });
      line.ended.catch(() => undefined);
      return line.attached;
    });
    await Promise.all(attached);
  },
});
