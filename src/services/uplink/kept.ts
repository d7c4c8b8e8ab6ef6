/** What agents were answered: a question that comes again with its id is not asked again. */
import { hash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { UplinkPermissionAnswerSchema, UplinkPermissionRequest } from '../../../gen/towline/v1/uplink_pb.ts';
import { KEPT_MS, MAX_KEPT } from './limits.ts';
import { requestIdReused } from './problems.ts';

export type PermissionAnswer = MessageInitShape<typeof UplinkPermissionAnswerSchema>;

interface Kept {
  readonly digest: string;
  readonly answer: PermissionAnswer;
  readonly timeMs: number;
}

/** Tells one question from another. */
export function digestOf({ action, argumentsJson }: UplinkPermissionRequest): string {
  return hash('sha256', `${action.length}:${action}${argumentsJson}`, 'hex');
}

export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();

  /** The first answer stays. */
  put(key: string, digest: string, answer: PermissionAnswer): void {
    if (this.#kept.has(key)) return;
    this.#kept.set(key, { digest, answer, timeMs: Date.now() });
    this.#trim();
  }

  /** Throws REQUEST_ID_REUSED if it was another question. */
  get(key: string, digest: string): PermissionAnswer | undefined {
    this.#trim();
    const kept = this.#kept.get(key);
    if (kept && kept.digest !== digest) throw requestIdReused();
    return kept?.answer;
  }

  /** In the order of their age. */
  #trim(): void {
    for (const [key, { timeMs }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT && Date.now() - timeMs <= KEPT_MS) return;
      this.#kept.delete(key);
    }
  }
}
