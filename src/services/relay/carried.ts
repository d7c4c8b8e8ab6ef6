import { type Client, Code, ConnectError } from '@connectrpc/connect';
import type {
  AcceptRequest,
  AcceptResponse,
  RelayRequest,
  RelayResponse,
  RelayService,
} from '../../../gen/towline/v1/relay_service_pb.ts';
import { reasonOf } from '../../rpc/failure.ts';
import { letGo } from '../../rpc/messages.ts';
import { nextIn } from './first.ts';
import { RELAY_IDLE_MS, RELAY_READY_MS } from './limits.ts';
import { idle, relayLost, wrongMessage } from './problems.ts';

/**
 * One connection that this node carries. Each message is passed on before the next one is asked for, so that a reader
 * that stops stops its writer, and no more than the credit of the two links waits here.
 */
export class Carried {
  readonly dialer: Uint8Array;
  readonly target: Uint8Array;
  /** Carried so far, both ways. */
  bytes = 0;
  readonly #stop = new AbortController();
  readonly #idle = setTimeout(() => this.end(idle(RELAY_IDLE_MS)), RELAY_IDLE_MS).unref();

  constructor(dialer: Uint8Array, target: Uint8Array) {
    this.dialer = dialer;
    this.target = target;
  }

  /** Ends it. The dialer learns why. */
  end(why: ConnectError): void {
    this.#stop.abort(why);
  }

  /** Passes bytes each way until one side ends. `requests` are the dialer's, behind the target. */
  async *run(
    legTo: () => Client<typeof RelayService>,
    requests: AsyncIterator<RelayRequest>,
    callOver: AbortSignal,
  ): AsyncGenerator<RelayResponse> {
    const signal = AbortSignal.any([callOver, this.#stop.signal]);
    let answers: AsyncIterator<AcceptResponse> | undefined;
    try {
      answers = legTo().accept(this.#toTarget(requests), { signal })[Symbol.asyncIterator]();
      const first = await nextIn(answers, RELAY_READY_MS, 'the target');
      if (first.kind.case !== 'ready') throw wrongMessage('ready first');
      yield answer(first.kind);
      for (;;) {
        const { done, value } = await answers.next();
        if (done) return;
        yield this.#fromTarget(value);
      }
    } catch (error) {
      throw legLost(error);
    } finally {
      clearTimeout(this.#idle);
      if (answers) letGo(answers);
    }
  }

  async *#toTarget(requests: AsyncIterator<RelayRequest>): AsyncGenerator<AcceptRequest> {
    yield ask({ case: 'dialer', value: { $typeName: 'towline.v1.RelayDialer', nodeId: this.dialer } });
    for (;;) {
      const { done, value } = await requests.next();
      if (done) return;
      if (value.kind.case !== 'data') throw wrongMessage('data behind the target');
      this.#count(value.kind.value);
      yield ask(value.kind);
    }
  }

  #fromTarget({ kind }: AcceptResponse): RelayResponse {
    if (kind.case !== 'data') throw wrongMessage('data behind ready');
    this.#count(kind.value);
    return answer(kind);
  }

  #count(data: Uint8Array): void {
    this.bytes += data.length;
    this.#idle.refresh();
  }
}

function ask(kind: AcceptRequest['kind']): AcceptRequest {
  return { $typeName: 'towline.v1.AcceptRequest', kind };
}

function answer(kind: RelayResponse['kind']): RelayResponse {
  return { $typeName: 'towline.v1.RelayResponse', kind };
}

/** To the dialer a lost link is its own; that of the target has another name. */
function legLost(error: unknown): unknown {
  if (reasonOf(error) === 'LINK_LOST') return relayLost('the link to the target was lost');
  return ConnectError.from(error, Code.Unavailable);
}
