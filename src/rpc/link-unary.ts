import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from './failure.ts';
import { LinkCall, type LinkCallOptions } from './link-call.ts';
import { decodeMessage } from './link-decode.ts';
import { missingMessage } from './messages.ts';

/** A call with one request and one response: one frame each way. */
export class LinkUnary<O extends DescMessage> extends LinkCall {
  readonly #schema: O;
  readonly #answer = Promise.withResolvers<MessageShape<O>>();
  #data: Uint8Array | undefined;

  constructor(call: LinkCallOptions, schema: O) {
    super(call);
    this.#schema = schema;
  }

  get answer(): Promise<MessageShape<O>> {
    return this.#answer.promise;
  }

  onMessage(data: Uint8Array): void {
    this.#data = data;
  }

  protected override ended(error: ConnectError | undefined): void {
    if (error) this.#answer.reject(error);
    else if (this.#data === undefined) this.#answer.reject(missingMessage());
    else this.#decode(this.#data);
  }

  #decode(data: Uint8Array): void {
    try {
      this.#answer.resolve(decodeMessage(this.#schema, data));
    } catch (cause) {
      this.#answer.reject(malformedAnswer(this.#schema, cause));
    }
  }
}

/** The other side sent bytes that are not the message that the schema promises. */
export function malformedAnswer(schema: DescMessage, cause: unknown): ConnectError {
  return failure(Code.Internal, 'MALFORMED_MESSAGE', `the answer is not a ${schema.typeName}`, { cause });
}
