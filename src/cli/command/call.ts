import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type CallToolResponse, type ToolResult, ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { nodeClient } from '../client.ts';
import { parseSeconds } from '../duration.ts';
import { exitCode } from '../exit-codes.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { renderLog, renderProgress } from '../render/call-events.ts';
import { renderResult } from '../render/result.ts';
import { argumentsText } from '../tool-arguments.ts';
import { parseToolName } from '../tool-name.ts';

export const examples = [
  'towline call echo message=hello',
  'towline call desk/files/read_text_file path=/srv/notes.txt',
  'towline call everything/get-sum \'{"a": 2, "b": 3}\'',
  'echo \'{"message": "hello"}\' | towline call echo -',
];

interface Options {
  readonly timeout?: number;
}

/** `towline call`: the result on stdout, progress and the tool's log on stderr. */
export function setup(command: Command, io: Io): void {
  command
    .argument('<tool>', 'NODE/UPSTREAM/NAME, UPSTREAM/NAME or NAME')
    .argument('[arguments...]', 'key=value pairs (key:=JSON), one JSON object, or - to read it from stdin')
    .option('--timeout <time>', 'give up after this long (default: no limit here)', parseSeconds);
  command.action(async (tool: string, words: string[], { timeout }: Options) => {
    const argumentsJson = words.length === 1 && words[0] === '-' ? await text(io.stdin) : argumentsText(words);
    const result = await callTool(io, { tool: parseToolName(tool), argumentsJson }, timeout);
    if (result.isError) io.exitCode = exitCode('failure');
    io.print(io.json ? result.resultJson : renderResult(io.style, result.resultJson));
  });
}

interface Call {
  readonly tool: { readonly node: string; readonly upstream: string; readonly name: string };
  readonly argumentsJson: string;
}

async function callTool(io: Io, call: Call, timeoutSeconds: number | undefined): Promise<ToolResult> {
  using interrupt = listenForInterrupt();
  const tools = await nodeClient(io.home, ToolService);
  const limit = timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 };
  const request = { ...call, progress: true, logLevel: 'info' };
  try {
    return await resultOf(tools.callTool(request, { signal: interrupt.signal, ...limit }), io);
  } catch (error) {
    interrupt.signal.throwIfAborted();
    throw error;
  }
}

async function resultOf(events: AsyncIterable<CallToolResponse>, io: Io): Promise<ToolResult> {
  for await (const { event } of events) {
    if (event.case === 'result') return event.value;
    if (event.case === 'progress') io.note(renderProgress(event.value));
    if (event.case === 'log') io.note(renderLog(event.value));
  }
  throw new Error('the node ended the call without a result');
}
