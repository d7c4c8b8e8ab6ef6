/**
 * A thin agent's side of UplinkService, written against the generated client alone: what an agent in any language does.
 */
import { randomBytes } from 'node:crypto';
import type { SecureClientSessionOptions } from 'node:http2';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { UplinkEnvelope, UplinkEnvelopeSchema, UplinkIdentitySchema } from '../../gen/towline/v1/uplink_pb.ts';
import { type AttachResponse, UplinkService } from '../../gen/towline/v1/uplink_service_pb.ts';

export type Body = NonNullable<MessageInitShape<typeof UplinkEnvelopeSchema>['body']>;
type Envelope = MessageInitShape<typeof UplinkEnvelopeSchema>;
type Case = NonNullable<UplinkEnvelope['body']['case']>;
type ValueOf<C extends Case> = Extract<UplinkEnvelope['body'], { case: C }>['value'];

export type Tool = (argumentsJson: string) => string | Promise<string>;

export interface AttachOptions {
  readonly url: string;
  readonly token: string;
  /** Its identity; the name must be the token's subject. */
  readonly identity: MessageInitShape<typeof UplinkIdentitySchema>;
  /** How TLS is spoken, if the URL is one of https: whose certificate is accepted, and which one is shown. */
  readonly tls?: SecureClientSessionOptions;
  /** What it offers: each tool takes the JSON text of its arguments and gives a text. */
  readonly tools?: Readonly<Record<string, Tool>>;
}

/** One line to a node. */
export class Uplink {
  readonly #session: Http2SessionManager;
  readonly #tools: Readonly<Record<string, Tool>>;
  readonly #unsent: Envelope[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<UplinkEnvelope>>();
  readonly #cutting = new AbortController();
  #wake = Promise.withResolvers<void>();
  #isDone = false;
  /** Everything that the node said, in order. */
  readonly heard: UplinkEnvelope[] = [];
  /** Resolves with the acknowledgement, rejects with the refusal. */
  readonly attached: Promise<ValueOf<'identityAck'>>;
  /** Resolves with the node's word of farewell, if it had one; rejects if the line failed. */
  readonly ended: Promise<ValueOf<'close'> | undefined>;

  constructor({ url, token, identity, tls, tools = {} }: AttachOptions) {
    this.#tools = tools;
    this.#session = new Http2SessionManager(url, {}, tls);
    const transport = createConnectTransport({ baseUrl: url, httpVersion: '2', sessionManager: this.#session });
    const responses = createClient(UplinkService, transport).attach(this.#envelopes(), {
      headers: { authorization: `Bearer ${token}` },
      signal: this.#cutting.signal,
    });
    this.send({ case: 'identity', value: { version: 1, ...identity } });
    const definitionsJson = Object.keys(tools).map((name) =>
      JSON.stringify({ name, description: `The tool ${name} of an attached agent`, inputSchema: { type: 'object' } }),
    );
    if (definitionsJson.length > 0) this.send({ case: 'tools', value: { definitionsJson } });
    const attached = Promise.withResolvers<ValueOf<'identityAck'>>();
    this.attached = attached.promise;
    this.ended = this.#read(responses, attached);
    this.ended.catch(attached.reject);
    this.attached.catch(() => undefined);
  }

  /** Says something; nothing is awaited. */
  send(body: Body, requestId: Uint8Array = new Uint8Array()): void {
    this.#unsent.push({ requestId, body });
    this.#wake.resolve();
  }

  /** Asks something, and resolves to the answer. */
  async ask(body: Body, requestId: Uint8Array = randomBytes(16)): Promise<UplinkEnvelope['body']> {
    const answer = Promise.withResolvers<UplinkEnvelope>();
    this.#answers.set(Buffer.from(requestId).toString('hex'), answer);
    this.send(body, requestId);
    return (await answer.promise).body;
  }

  /** May the agent do this? A line that is lost means no. */
  async mayI(action: string, argumentsJson = '', requestId?: Uint8Array): Promise<ValueOf<'permissionAnswer'>> {
    const answer = await this.ask({ case: 'permissionRequest', value: { action, argumentsJson } }, requestId);
    if (answer.case === 'permissionAnswer') return answer.value;
    throw new Error(answer.case === 'failure' ? `${answer.value.reason}: ${answer.value.message}` : 'no answer');
  }

  /** Ends in order. */
  async close(): Promise<void> {
    this.#isDone = true;
    this.#wake.resolve();
    await this.ended.catch(() => undefined);
    this.#session.abort();
  }

  /** Ends as a line does that breaks. */
  cut(): void {
    this.#session.abort();
  }

  async *#envelopes(): AsyncGenerator<{ envelope: Envelope }> {
    for (;;) {
      for (const envelope of this.#unsent.splice(0)) yield { envelope };
      if (this.#isDone) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }

  async #read(
    responses: AsyncIterable<AttachResponse>,
    attached: PromiseWithResolvers<ValueOf<'identityAck'>>,
  ): Promise<ValueOf<'close'> | undefined> {
    let farewell: ValueOf<'close'> | undefined;
    try {
      for await (const { envelope } of responses) {
        if (!envelope) continue;
        this.heard.push(envelope);
        if (envelope.body.case === 'identityAck') attached.resolve(envelope.body.value);
        if (envelope.body.case === 'close') farewell = envelope.body.value;
        this.#take(envelope);
      }
      return farewell;
    } finally {
      this.#isDone = true;
      this.#wake.resolve();
      for (const { reject, promise } of this.#answers.values()) {
        promise.catch(() => undefined);
        reject(new Error('the line was lost'));
      }
    }
  }

  #take({ requestId, body }: UplinkEnvelope): void {
    if (body.case === 'heartbeat') this.send({ case: 'heartbeat', value: {} });
    if (body.case === 'toolCall') void this.#serve(requestId, body.value);
    const key = Buffer.from(requestId).toString('hex');
    this.#answers.get(key)?.resolve({ $typeName: 'towline.v1.UplinkEnvelope', requestId, body });
    this.#answers.delete(key);
  }

  async #serve(requestId: Uint8Array, { name, argumentsJson }: ValueOf<'toolCall'>): Promise<void> {
    try {
      const text = await this.#tools[name]?.(argumentsJson);
      const resultJson = JSON.stringify({ content: [{ type: 'text', text: text ?? '' }] });
      this.send({ case: 'toolResult', value: { resultJson } }, requestId);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.send({ case: 'failure', value: { reason: 'TOOL_FAILED', message } }, requestId);
    }
  }
}
