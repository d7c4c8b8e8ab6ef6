import { createContextKey, type Interceptor } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/rpc/client.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { ProbeService } from '../fixtures/probe.ts';
import { fakeLinkPair } from './fake-link.ts';

const peer: Principal = { kind: 'peer', name: 'work', groups: new Set() };
const key = createContextKey('', { description: 'note' });

/** Passes on a copy, as some interceptors do. */
const copy: Interceptor = (next) => async (request) => next({ ...request });

/** Reads and changes all that is made late. */
const touch: Interceptor = (next) => async (request) => {
  request.header.append('x-seen', `${request.url} ${request.service.typeName} ${request.signal.aborted}`);
  request.contextValues.set(key, 'noted');
  return next(request);
};

describe.each([
  ['the same request', [touch]],
  ['copies', [copy, touch, copy]],
  ['what was touched and copied', [touch, copy]],
])('interceptors that pass on %s', (_, interceptors: Interceptor[]) => {
  it('lose no header, value or answer at either end', async () => {
    const { dialer, acceptor } = fakeLinkPair();
    const seen: unknown[] = [];
    const registry = new ServiceRegistry({ interceptors }).add(ProbeService, {
      echo({ text }, context) {
        seen.push(context.requestHeader.get('x-seen')?.split(', ').length, context.values.get(key));
        context.responseHeader.set('x-answer', 'here');
        context.responseTrailer.set('x-end', 'too');
        return { text };
      },
    });
    serveLink(acceptor, registry, peer);
    const client = createClient(ProbeService, createLinkTransport(dialer, { interceptors }));
    const headers: (string | null)[] = [];
    const options = {
      onHeader: (header: Headers) => headers.push(header.get('x-answer')),
      onTrailer: (trailer: Headers) => headers.push(trailer.get('x-end')),
    };
    expect(await client.echo({ text: 'a' }, options)).toMatchObject({ text: 'a' });
    expect([seen, headers]).toEqual([
      [2, 'noted'],
      ['here', 'too'],
    ]);
  });
});
