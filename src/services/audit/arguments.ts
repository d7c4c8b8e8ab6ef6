/** What a call was given, as it is recorded: always its hash, and its text without secrets if that is wanted. */
import { type DescMethod, type Message, toJson } from '@bufbuild/protobuf';
import { sha256 } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Redactor } from '../../base/redact.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import { MAX_ARGUMENT_BYTES, MAX_SEARCHED_BYTES } from './limits.ts';
import { withoutSensitive } from './sensitive.ts';

export interface Given {
  readonly argumentsSha256: Uint8Array;
  readonly argumentsBytes: bigint;
  readonly argumentsJson: string;
}

/** The arguments of a tool: their exact text. `redactor` is absent where the text is not wanted. */
export function givenTool(argumentsJson: string, redactor: Redactor | undefined): Given {
  const bytes = Buffer.byteLength(argumentsJson);
  return {
    argumentsSha256: sha256(argumentsJson),
    argumentsBytes: BigInt(bytes),
    argumentsJson: redactor ? shownText(argumentsJson, bytes, redactor) : '',
  };
}

/** The request of any other method. */
export function givenRequest({ input }: DescMethod, request: Message, redactor: Redactor | undefined): Given {
  const harmless = withoutSensitive(input, request);
  const bytes = encodeMessage(input, harmless);
  const json = redactor && bytes.length <= MAX_SEARCHED_BYTES ? JSON.stringify(toJson(input, harmless)) : '';
  return {
    argumentsSha256: sha256(bytes),
    argumentsBytes: BigInt(bytes.length),
    argumentsJson: redactor ? shownText(json, json.length, redactor) : '',
  };
}

function shownText(json: string, bytes: number, redactor: Redactor): string {
  if (json === '') return '';
  if (bytes > MAX_SEARCHED_BYTES) return JSON.stringify(`[${bytes} bytes]`);
  try {
    return cut(JSON.stringify(redactor.json(JSON.parse(json))));
  } catch (error) {
    return JSON.stringify(`[not shown: ${redactor.text(messageOf(error)).slice(0, 64)}]`);
  }
}

/** At most so many bytes that any text of them fits. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_ARGUMENT_BYTES) return text;
  return `${Buffer.from(text)
    .subarray(0, MAX_ARGUMENT_BYTES - 4)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
