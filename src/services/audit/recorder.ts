/** Records every call that a node serves, whichever door it came by, and whoever is turned away. */
import { type DescMethod, getOption, hasOption, type Message } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { ConnectError, HandlerContext } from '@connectrpc/connect';
import { unaudited } from '../../../gen/towline/v1/access_pb.ts';
import { AuditPhase } from '../../../gen/towline/v1/audit_pb.ts';
import { type CallToolRequest, type CallToolResponse, ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Redactor } from '../../base/redact.ts';
import { errorInfoOf } from '../../rpc/failure.ts';
import type { CallObserver, ObservedCall } from '../../rpc/observe.ts';
import { type Principal, principalKey, principalText } from '../../rpc/principal.ts';
import type { AuditRecord, Note, Record } from '../record.ts';
import { type Given, givenRequest, givenTool } from './arguments.ts';
import { Tally } from './tally.ts';

export interface RecorderOptions {
  readonly record: Record;
  readonly note: Note;
  /** Asked at each call. */
  readonly settings: () => { readonly arguments: boolean; readonly required: boolean };
  readonly redactor: Redactor;
  /** If absent, one for what this recorder counts. */
  readonly tally?: Tally;
}

/** What is told of a call. */
type CallEvent = Extract<AuditRecord['event'], { case: 'call' }>['value'];

export class CallRecorder implements CallObserver {
  readonly options: RecorderOptions;
  readonly #tally: Tally;
  #count = 0n;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.#tally = options.tally ?? new Tally(options.note);
  }

  /** Methods without side effects change nothing, and are many. */
  observe(method: DescMethod, name: string): ((context: HandlerContext) => ObservedCall) | undefined {
    if (method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) return undefined;
    if (hasOption(method, unaudited) && getOption(method, unaudited)) return undefined;
    const isTool = name === `${ToolService.typeName}/${ToolService.method.callTool.name}`;
    return (context) => new RecordedCall(this, { method, name, isTool, number: ++this.#count }, context);
  }

  refused(name: string, context: HandlerContext, error: ConnectError): void {
    const principal = context.values.get(principalKey);
    const reason = errorInfoOf(error)?.reason ?? '';
    const door = context.protocolName;
    const refusal = (count: number, facts: { reason: string; method: string }): AuditRecord => ({
      principal,
      event: { case: 'refusal', value: { door, count: BigInt(count), ...facts } },
    });
    this.#tally.count(
      `${principalText(principal)} ${door} ${reason} ${name}`,
      (count) => refusal(count, { reason, method: name }),
      (count) => ({
        event: { case: 'refusal', value: { reason: 'SEVERAL', address: 'others', count: BigInt(count) } },
      }),
    );
  }
}

interface About {
  readonly method: DescMethod;
  readonly name: string;
  readonly isTool: boolean;
  readonly number: bigint;
}

class RecordedCall implements ObservedCall {
  readonly #recorder: CallRecorder;
  readonly #about: About;
  readonly #context: HandlerContext;
  readonly #startedMs = performance.now();
  readonly #isRequired: boolean;
  #principal: Principal;
  #given: Given | undefined;
  #tool = '';
  #result: { readonly bytes: number; readonly isError: boolean } | undefined;
  #isOver = false;

  constructor(recorder: CallRecorder, about: About, context: HandlerContext) {
    this.#recorder = recorder;
    this.#about = about;
    this.#context = context;
    this.#principal = context.values.get(principalKey);
    this.#isRequired = recorder.options.settings().required;
  }

  begin(request: Message | undefined): Promise<void> | undefined {
    if (request) this.#take(request);
    if (!this.#isRequired) return undefined;
    return this.#recorder.options.record(this.#recordOf({ phase: AuditPhase.BEGUN }));
  }

  answer(message: Message): Promise<void> | undefined {
    if (!this.#about.isTool) return undefined;
    const { event } = message as CallToolResponse;
    if (event.case !== 'result') return undefined;
    const { resultJson, isError } = event.value;
    this.#result = { bytes: Buffer.byteLength(resultJson), isError };
    return this.#isRequired ? this.end(undefined) : undefined;
  }

  end(error: ConnectError | undefined): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    if (error && this.#principal.kind === 'stranger') {
      this.#recorder.refused(this.#about.name, this.#context, error);
      return undefined;
    }
    const ended = this.#recordOf({
      phase: AuditPhase.ENDED,
      durationMs: BigInt(Math.round(performance.now() - this.#startedMs)),
      status: error?.code ?? 0,
      reason: (error && errorInfoOf(error)?.reason) ?? '',
      ...(this.#result && { resultBytes: BigInt(this.#result.bytes), isError: this.#result.isError }),
    });
    if (this.#isRequired) return this.#recorder.options.record(ended);
    this.#recorder.options.note(ended);
    return undefined;
  }

  #take(request: Message): void {
    const { settings, redactor } = this.#recorder.options;
    const wanted = settings().arguments ? redactor : undefined;
    if (!this.#about.isTool) {
      this.#given = givenRequest(this.#about.method, request, wanted);
      return;
    }
    const { tool, argumentsJson, agent } = request as CallToolRequest;
    this.#given = givenTool(argumentsJson, wanted);
    this.#tool = `${tool?.node || 'self'}/${tool?.upstream ?? ''}/${tool?.name ?? ''}`.slice(0, 1_024);
    const { kind, agent: named } = this.#principal;
    if (kind === 'peer' && named === undefined && agent !== '') this.#principal = { ...this.#principal, agent };
  }

  #recordOf(facts: CallEvent): AuditRecord {
    const value = {
      method: this.#about.name,
      tool: this.#tool,
      door: this.#context.protocolName,
      callNumber: this.#about.number,
      ...this.#given,
      ...facts,
    };
    return { principal: this.#principal, event: { case: 'call', value } };
  }
}
