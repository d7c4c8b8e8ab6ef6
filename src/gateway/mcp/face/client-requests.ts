/** What the gateway asks of its client, who may answer late or never. Older revisions only. */
import { jsonObject } from '../../../base/json-text.ts';
import { type RpcErrorResponse, type RpcResponse, writeNotification, writeRequest } from '../wire.ts';

type Answer = RpcResponse | RpcErrorResponse;

/** Ids of ours begin so; a client that answers anything else is not listened to. */
const PREFIX = 'towline-';

export class ClientRequests {
  readonly #write: (message: string) => void;
  readonly #open = new Map<string, PromiseWithResolvers<Answer>>();
  #count = 0;

  constructor(write: (message: string) => void) {
    this.#write = write;
  }

  /** Resolves to the client's answer. Rejects when the signal aborts; the client is told that the question is over. */
  async ask(method: string, params: string, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const id = JSON.stringify(`${PREFIX}${++this.#count}`);
    const asked = Promise.withResolvers<Answer>();
    const cancel = () => {
      const told = jsonObject([
        ['requestId', id],
        ['reason', '"it is over"'],
      ]);
      this.#write(writeNotification('notifications/cancelled', told));
      asked.reject(signal.reason);
    };
    this.#open.set(id, asked);
    signal.addEventListener('abort', cancel);
    this.#write(writeRequest(id, method, params));
    try {
      return await asked.promise;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#open.delete(id);
    }
  }

  /** The client answers. What nobody asked is dropped. */
  settle(answer: Answer): void {
    this.#open.get(answer.id)?.resolve(answer);
  }
}
