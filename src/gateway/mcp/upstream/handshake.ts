/**
 * Finds out which era an upstream speaks, in place: `server/discover` first; a modern answer decides for modern,
 * any other error or silence for `initialize` on the same channel. A server that is merely slow to start answers
 * both late: whichever good answer comes first wins.
 */
import { ConnectError } from '@connectrpc/connect';
import { legacyVersion, ownParams } from './envelope.ts';
import { httpStatusOf, toolErrorOf, upstreamDown } from './failures.ts';
import { type Hello, helloOfDiscover, helloOfInitialize } from './hello.ts';
import type { ResolvedOptions } from './options.ts';
import type { Session } from './session.ts';
import type { Era } from './spec.ts';

/** UnsupportedProtocolVersion, MissingRequiredClientCapability, HeaderMismatch: only a modern server says these. */
const modernCodes: ReadonlySet<number> = new Set([-32022, -32021, -32020]);

/** Agrees with the upstream on an era. Rejects with a `ConnectError` if it is of neither, or silent. */
export async function shakeHands(session: Session, protocol: 'auto' | Era, options: ResolvedOptions): Promise<Hello> {
  const hello = await agreeOn(session, protocol, options);
  session.agree(hello);
  if (hello.era === 'legacy') session.notify('notifications/initialized');
  return hello;
}

function agreeOn(session: Session, protocol: 'auto' | Era, options: ResolvedOptions): Promise<Hello> {
  if (protocol === 'modern') return discover(session, options);
  if (protocol === 'legacy') return initialize(session, options);
  return probe(session, options);
}

async function probe(session: Session, options: ResolvedOptions): Promise<Hello> {
  const discovered = discover(session, options);
  const first = await Promise.race([discovered.catch(asError), pause(options.probeTimeoutMs)]);
  if (first === undefined) return firstGood(discovered, initialize(session, options));
  if (!(first instanceof Error)) return first;
  if (!saysLegacy(first)) throw first;
  return initialize(session, options);
}

async function discover(session: Session, options: ResolvedOptions): Promise<Hello> {
  const params = ownParams('modern', options.clientInfo);
  return helloOfDiscover(await session.request('server/discover', () => params, handshakeOptions(options)));
}

async function initialize(session: Session, options: ResolvedOptions): Promise<Hello> {
  const { clientInfo } = options;
  const params = JSON.stringify({ protocolVersion: legacyVersion, capabilities: {}, clientInfo });
  return helloOfInitialize(await session.request('initialize', () => params, handshakeOptions(options)));
}

function handshakeOptions(options: ResolvedOptions): { timeoutMs: number } {
  return { timeoutMs: options.startTimeoutMs };
}

/** Whether the refusal of a probe can only come from a legacy server. Denials and crashes say nothing of an era. */
function saysLegacy(error: Error): boolean {
  if (!(error instanceof ConnectError)) return false;
  const answered = toolErrorOf(error);
  if (answered) return !modernCodes.has(answered.code);
  const status = httpStatusOf(error);
  return status !== undefined && status >= 400 && status < 500 && ![401, 403, 407, 429].includes(status);
}

async function firstGood(one: Promise<Hello>, other: Promise<Hello>): Promise<Hello> {
  try {
    return await Promise.any([one, other]);
  } catch (error) {
    // `initialize` has the last word: it is what an old server would have understood.
    if (error instanceof AggregateError) throw asError(error.errors[1]);
    throw error;
  }
}

/** Resolves with nothing after a while; keeps nobody alive. */
function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : upstreamDown(String(error));
}
