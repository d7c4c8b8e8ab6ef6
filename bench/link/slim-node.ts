/** A SLIM node in a process of its own, as its documentation sets one up: `node slim-node.ts ADDRESS`. */
import { serveQuestions } from '../lib/worker.ts';
import { loadSlim } from './slim.ts';

const [address = ''] = process.argv.slice(2);

serveQuestions({
  async start() {
    const slim = await loadSlim();
    slim.getGlobalService().runServer(slim.newInsecureServerConfig(address));
  },
});
