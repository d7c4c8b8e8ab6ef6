/** Binding a port, with errors that say what to do. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { LocalError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { formatHostPort, type HostPort } from './addresses.ts';

/** The kernel holds so many connections that are not accepted yet: a thousand agents may start at once. */
const BACKLOG = 1024;

/**
 * Listens, and returns what was bound. `host` empty means all interfaces, IPv6 and IPv4; port 0 takes a free one. Throws
 * `PORT_IN_USE`, `PORT_NOT_ALLOWED`, `HOST_NOT_FOUND`, `HOST_NOT_HERE` or `LISTEN_FAILED`.
 */
export async function bind(server: Server, wanted: HostPort): Promise<HostPort> {
  const { host, port } = wanted;
  try {
    server.listen({ port, backlog: BACKLOG, ...(host === '' ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw explained(error, wanted);
  }
  const { address, port: bound } = server.address() as AddressInfo;
  return { host: address, port: bound };
}

function explained(cause: unknown, { host, port }: HostPort): LocalError {
  const shown = formatHostPort({ host: host === '' ? '*' : host, port });
  const facts = (help: string) => ({ help, metadata: { host, port: String(port) }, cause });
  switch (systemCodeOf(cause)) {
    case 'EADDRINUSE':
      return new LocalError('PORT_IN_USE', `port ${port} is taken by another program (${shown})`, {
        ...facts('choose another with --port, or listen.port in towline.yaml; --port 0 takes a free one'),
      });
    case 'EACCES':
    case 'EPERM':
      return new LocalError('PORT_NOT_ALLOWED', `this user may not listen on port ${port}`, {
        ...facts('choose a port above 1023 with --port, or listen.port in towline.yaml'),
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LocalError('HOST_NOT_FOUND', `there is no host "${host}" to listen on`, {
        ...facts('set listen.host in towline.yaml to a name or address of this machine, or leave it out for all'),
      });
    case 'EADDRNOTAVAIL':
      return new LocalError('HOST_NOT_HERE', `"${host}" is no address of this machine`, {
        ...facts('set listen.host in towline.yaml to an address of this machine, or leave it out for all'),
      });
    default:
      return new LocalError('LISTEN_FAILED', `cannot listen on ${shown}: ${messageOf(cause)}`, facts(''));
  }
}
