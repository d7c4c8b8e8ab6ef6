/** An agent without a node: one outbound stream of the generated client, as a program in any language would hold it. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { UplinkEnvelope, UplinkEnvelopeSchema } from '../../../gen/towline/v1/uplink_pb.ts';
import { type AttachResponse, UplinkService } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import { Collected } from './collect.ts';

/** Its name, which is the subject of its token. */
export const AGENT = 'thin';
/** The one tool that it offers, and what that says. */
export const TOOL = 'tide';
export const TIDE = 'it turns at six';

const DEFINITION = { name: TOOL, description: 'When the tide turns', inputSchema: { type: 'object' } };

type Envelope = MessageInitShape<typeof UplinkEnvelopeSchema>;
type Body = NonNullable<Envelope['body']>;
type Case = NonNullable<UplinkEnvelope['body']['case']>;
type ValueOf<C extends Case> = Extract<UplinkEnvelope['body'], { case: C }>['value'];

/** Whether the agent may do what it asked for, and in one word why not. */
export type Permission = Pick<ValueOf<'permissionAnswer'>, 'granted' | 'reason'>;

/** One line of the agent to a node. */
export class ThinAgent implements AsyncDisposable {
  readonly #session: Http2SessionManager;
  readonly #said = new AsyncQueue<Envelope>();
  readonly #heard: Collected<UplinkEnvelope>;

  /** Dials, and says who it is and what it offers. `attached` waits for the node's word. */
  constructor(url: string, token: string) {
    this.#session = new Http2SessionManager(url);
    const transport = createConnectTransport({ baseUrl: url, httpVersion: '2', sessionManager: this.#session });
    const { attach } = createClient(UplinkService, transport);
    const headers = { authorization: `Bearer ${token}` };
    this.#heard = new Collected((signal) => this.#listen(attach(this.#requests(), { headers, signal })));
    this.#say({ case: 'identity', value: { agent: AGENT, version: 1, software: 'towline-demo/1' } });
    this.#say({ case: 'tools', value: { definitionsJson: [JSON.stringify(DEFINITION)] } });
  }

  /** Resolves when the node has acknowledged it. */
  attached(): Promise<ValueOf<'identityAck'>> {
    return this.#hear('identityAck', new Uint8Array());
  }

  /** May it do this? A line that is lost means no. */
  async mayI(action: string, requestId: Uint8Array): Promise<Permission> {
    this.#say({ case: 'permissionRequest', value: { action } }, requestId);
    return this.#hear('permissionAnswer', requestId).catch(() => ({ granted: false, reason: 'the line was lost' }));
  }

  /** Ends as a line does that breaks. */
  cut(): void {
    this.#session.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#said.end();
    await this.#heard[Symbol.asyncDispose]();
    this.#session.abort();
  }

  #say(body: Body, requestId: Uint8Array = new Uint8Array()): void {
    this.#said.push({ requestId, body });
  }

  async *#requests(): AsyncGenerator<{ envelope: Envelope }> {
    for await (const envelope of this.#said) yield { envelope };
  }

  async #hear<C extends Case>(word: C, requestId: Uint8Array): Promise<ValueOf<C>> {
    const isIt = ({ body, requestId: id }: UplinkEnvelope) => body.case === word && Buffer.compare(id, requestId) === 0;
    const { item } = await this.#heard.until(`the node says ${word}`, isIt);
    return item.body.value as ValueOf<C>;
  }

  async *#listen(responses: AsyncIterable<AttachResponse>): AsyncGenerator<UplinkEnvelope> {
    for await (const { envelope } of responses) {
      if (envelope === undefined) continue;
      if (envelope.body.case === 'heartbeat') this.#say({ case: 'heartbeat', value: {} });
      if (envelope.body.case === 'toolCall') this.#answer(envelope.requestId);
      yield envelope;
    }
  }

  #answer(requestId: Uint8Array): void {
    const resultJson = JSON.stringify({ content: [{ type: 'text', text: TIDE }] });
    this.#say({ case: 'toolResult', value: { resultJson } }, requestId);
  }
}
