/** Methods that no service has: the description of all, and the one-shot calls of older peers. */
import { Access } from '../../../gen/towline/v1/access_pb.ts';
import { checkAccess } from '../../rpc/interceptors/access.ts';
import { oneShotMethods } from '../one-shot.ts';
import type { Caller } from './call.ts';
import type { Documents } from './documents.ts';
import type { MethodDoc } from './openrpc.ts';

/** Gets the exact JSON text of `params`; gives that of the result. Throws what the call throws. */
export type OwnMethod = (params: string | undefined, caller: Caller) => Promise<string>;

/** Whoever may call something may read how. */
const discoverNeeds = {
  name: 'rpc.discover',
  access: Access.PEER,
  scopes: ['nodes:read', 'tools:read', 'tools:call'],
};

export function ownMethods(documents: Documents): Map<string, OwnMethod> {
  const discover: OwnMethod = async (_params, { principal }) => {
    checkAccess(principal, discoverNeeds);
    return documents.openRpc();
  };
  const oneShot = [...oneShotMethods].map(([name, run]): [string, OwnMethod] => [
    name,
    (params, caller) => run(params, { ...caller, signal: caller.cancellation.signal }),
  ]);
  return new Map([['rpc.discover', discover], ...oneShot]);
}

const object = { type: 'object' };
const string = { type: 'string' };

/** How they describe themselves. */
export const ownMethodDocs: readonly MethodDoc[] = [
  {
    name: 'rpc.discover',
    summary: 'Gives this document.',
    params: [],
    result: { name: 'OpenRPC', schema: { $ref: 'https://meta.open-rpc.org/' } },
  },
  {
    name: 'tools/call',
    summary: 'Calls a tool, and gives what it answered as items of text and other content.',
    description:
      'What goes wrong is text that begins with BLOCKED or ERROR. `ToolService.CallTool` says more, and has progress and logs.',
    paramStructure: 'by-name',
    params: [
      { name: 'name', description: 'NODE/UPSTREAM/NAME, UPSTREAM/NAME or NAME.', required: true, schema: string },
      { name: 'arguments', description: 'If absent, an empty object.', required: false, schema: object },
    ],
    result: {
      name: 'ToolAnswer',
      schema: { type: 'object', required: ['content'], properties: { content: { type: 'array', items: object } } },
    },
  },
  {
    name: 'mesh/info',
    summary: 'Says who this node is, in the words of older peers.',
    params: [],
    result: {
      name: 'MeshInfo',
      schema: {
        type: 'object',
        required: ['version', 'peer_id', 'role', 'team', 'name'],
        properties: { version: string, peer_id: string, role: string, team: string, name: string },
      },
    },
  },
];
