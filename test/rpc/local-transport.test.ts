import { createLocalTransport } from '../../src/rpc/local-transport.ts';
import { testTransport } from '../compliance/transport.ts';

testTransport('local', async (registry, principal, interceptors) => ({
  transport: createLocalTransport(registry, principal, { interceptors }),
  close: async () => undefined,
}));
