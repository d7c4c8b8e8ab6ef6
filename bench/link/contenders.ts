/** Everybody who is measured, by name. Loaded one by one: a process pays for its own alone. */
import type { Contender } from './contender.ts';

const load = {
  link: async () => (await import('./contenders/link.ts')).link,
  connect: async () => (await import('./contenders/connect.ts')).connect,
  grpc: async () => (await import('./contenders/grpc.ts')).grpc,
  nats: async () => (await import('./contenders/nats.ts')).nats,
  floor: async () => (await import('./contenders/floor.ts')).floor,
  jsonRpc: async () => (await import('./contenders/json-rpc.ts')).jsonRpc,
  pipe: async () => (await import('./contenders/pipe.ts')).pipe,
  slim: async () => (await import('./contenders/slim.ts')).slim,
} as const;

export type ContenderName = keyof typeof load;

export function loadContender(name: string): Promise<Contender> {
  return load[name as ContenderName]();
}
