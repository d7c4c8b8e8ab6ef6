/** Takes links on carriers that serve one link and nothing else: those that did not come through the port. */
import { type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Carrier } from './carrier/carrier.ts';
import { systemClock } from './clock.ts';
import { linkLimits } from './limits.ts';
import type { Link } from './link.ts';
import { type AcceptOptions, acceptLink, OPEN_PATH } from './open.ts';

/**
 * Waits for the dialer's Open on the carrier, which it owns from now on: it ends with its link. Rejects as `acceptLink`
 * does, and with LINK_HELLO_TIMEOUT if no Open comes.
 */
export async function acceptCarrier(carrier: Carrier, options: AcceptOptions): Promise<Link> {
  const session = performServerHandshake(carrier.stream, { settings: { maxConcurrentStreams: 1 } });
  const { clock = systemClock, limits } = options;
  const { helloMs, lingerMs } = { ...linkLimits, ...limits };
  const destroy = () => {
    carrier.stream.destroy();
    session.destroy();
  };
  const opened = Promise.withResolvers<[ServerHttp2Stream, IncomingHttpHeaders]>();
  const fail = (reason: string, why: string) => opened.reject(new LocalError(reason, why));
  session.once('stream', (stream, headers) => opened.resolve([stream as ServerHttp2Stream, headers]));
  session.on('error', (error) => fail('LINK_LOST', `the carrier failed: ${messageOf(error)}`));
  session.once('close', () => fail('LINK_LOST', 'the carrier was lost'));
  const stop = clock.after(helloMs, () => fail('LINK_HELLO_TIMEOUT', `no Open came in ${helloMs / 1_000} s`));
  try {
    const [stream, headers] = await opened.promise;
    stream.once('close', destroy);
    return await answer(stream, headers, carrier, options);
  } catch (error) {
    // Whoever was refused may still read why.
    clock.after(lingerMs, destroy);
    throw error;
  } finally {
    stop();
  }
}

function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  carrier: Carrier,
  options: AcceptOptions,
): Promise<Link> {
  if (headers[':path'] === OPEN_PATH && headers[':method'] === 'POST') {
    return acceptLink(stream, headers, carrier, options);
  }
  stream.on('error', () => undefined); // its 'close' follows
  stream.respond({ ':status': 404 }, { endStream: true });
  throw new LocalError('LINK_PROTOCOL_ERROR', 'the carrier is for a link, and was asked for something else');
}
