/** UplinkService: one stream is one line. */
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { UplinkIdentity } from '../../../gen/towline/v1/uplink_pb.ts';
import type { AttachRequest, AttachResponse, UplinkService } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { principalKey } from '../../rpc/principal.ts';
import { identityMissing, outOfTurn } from './problems.ts';
import type { Session } from './session.ts';
import type { Uplinks } from './uplinks.ts';

type Requests = AsyncIterator<AttachRequest>;

export function createUplinkService(uplinks: Uplinks): ServiceImpl<typeof UplinkService> {
  return { attach: (requests, context) => attach(uplinks, requests[Symbol.asyncIterator](), context) };
}

async function* attach(uplinks: Uplinks, requests: Requests, context: HandlerContext): AsyncGenerator<AttachResponse> {
  const principal = context.values.get(principalKey);
  uplinks.checkKind(principal);
  const session = uplinks.attach(principal, await identityOf(requests, uplinks.times.identifyMs));
  const lose = () => session.lose();
  context.signal.addEventListener('abort', lose, { once: true });
  if (context.signal.aborted) lose();
  void read(requests, session);
  try {
    yield* session.outbox.messages();
  } finally {
    context.signal.removeEventListener('abort', lose);
    lose();
  }
}

/** Takes what the agent says until it says no more, or something that it may not. */
async function read(requests: Requests, session: Session): Promise<void> {
  try {
    while (!session.over.aborted) {
      const { done, value } = await requests.next();
      if (done) return session.lose();
      if (!session.over.aborted && value.envelope) session.receive(value.envelope);
    }
  } catch (error) {
    session.fail(error);
  }
}

async function identityOf(requests: Requests, waitMs: number): Promise<UplinkIdentity> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(identityMissing()), waitMs);
  try {
    const { done, value } = await Promise.race([requests.next(), late]);
    const body = done ? undefined : value.envelope?.body;
    if (body?.case === 'identity') return body.value;
    throw outOfTurn('the first envelope is not the identity');
  } finally {
    clearTimeout(timer);
  }
}
