import { memoryCarriers } from '../../../src/link/carrier/memory.ts';
import { testCarrier } from '../../compliance/carrier.ts';
import { testNode } from '../support.ts';

testCarrier('in-memory', async () => {
  const [dialer, acceptor] = [testNode(), testNode()];
  return {
    kind: 'memory',
    dialer,
    acceptor,
    connect: async () => memoryCarriers(dialer.nodeId, acceptor.nodeId),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
