/** Questions to the policy, as they are typed or stand in a file. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import { type PolicyCase, PolicyEffectSchema } from '../../gen/towline/v1/policy_pb.ts';
import type { PolicyService, TestPolicyRequestSchema } from '../../gen/towline/v1/policy_service_pb.ts';
import { enumWord } from './render/enum-word.ts';
import { parseToolName } from './tool-name.ts';
import { usageError } from './usage.ts';

export interface Question {
  readonly as?: string;
  readonly tool?: string;
  readonly verb?: string;
  readonly args?: string;
  readonly time?: string;
  readonly acting?: string;
}

/** What a case is called, what was expected of it, and what came. */
export interface CaseResult {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
}

export function questionOf({
  as,
  tool,
  verb,
  args,
  time,
  acting,
}: Question): MessageInitShape<typeof TestPolicyRequestSchema> {
  return {
    as: as ?? '',
    verb: verb ?? '',
    argumentsJson: args ?? '',
    claimedAgent: acting ?? '',
    ...(tool && { tool: parseToolName(tool) }),
    ...(time && { time: timestampFromDate(dateOf(time)) }),
  };
}

export async function askCase(client: Client<typeof PolicyService>, asked: PolicyCase): Promise<CaseResult> {
  const { decision } = await client.testPolicy(questionOf(asked));
  const effect = enumWord(PolicyEffectSchema, decision?.effect ?? 0);
  const rule = decision?.rule ?? '';
  const ok = effect === asked.expect && (asked.rule === '' || asked.rule === rule);
  return { name: nameOf(asked), expected: answer(asked.expect, asked.rule), got: answer(effect, rule), ok };
}

function answer(effect: string, rule: string): string {
  return rule === '' ? effect : `${effect} by ${rule}`;
}

function nameOf({ name, as, verb, tool, args }: PolicyCase): string {
  return name || [as, verb, tool, args].filter(Boolean).join(' ');
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw usageError(`"${text}" is no time`, 'write for example 2026-12-24T20:00:00Z');
  return date;
}
