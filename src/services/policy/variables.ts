/** What a rule's expression sees of a call. Only what it names is made. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Question, ToolPlace } from '../../rpc/policy.ts';
import { argumentsOf } from './cel/arguments.ts';
import type { Variables } from './cel/expression.ts';
import type { Subject } from './selector.ts';

/** Of one call, for all rules that are asked about it. */
export class CallFacts {
  readonly #question: Question;
  readonly #subject: Subject;
  readonly #nowMs: number;
  readonly #made: Variables = {};
  /** Why the arguments are hidden: a thousand rules don't read them a thousand times to find out. */
  #hidden: unknown;

  constructor(question: Question, subject: Subject, nowMs: number) {
    this.#question = question;
    this.#subject = subject;
    this.#nowMs = nowMs;
  }

  /** Throws what hides the arguments from an expression. */
  of(names: ReadonlySet<string>): Variables {
    for (const name of names) if (!(name in this.#made)) this.#made[name] = this.#make(name);
    return this.#made;
  }

  #make(name: string): unknown {
    switch (name) {
      case 'principal':
        return principalMap(this.#subject);
      case 'tool':
        return toolMap(this.#question.tool);
      case 'verb':
        return this.#question.verb;
      case 'claimed':
        return new Map([['agent', this.#question.claimedAgent ?? '']]);
      case 'now':
        return timestampFromMs(this.#nowMs);
      default:
        return this.#arguments();
    }
  }

  #arguments(): unknown {
    if (this.#hidden !== undefined) throw this.#hidden;
    const { argumentsJson = '' } = this.#question;
    try {
      return argumentsOf(typeof argumentsJson === 'string' ? argumentsJson : argumentsJson());
    } catch (error) {
      this.#hidden = error;
      throw error;
    }
  }
}

const maps = new WeakMap<Subject, Map<string, unknown>>();

function principalMap(subject: Subject): Map<string, unknown> {
  const known = maps.get(subject);
  if (known) return known;
  const { kind, name, groups, role, token, key, isRelayed } = subject;
  const map = new Map<string, unknown>(Object.entries({ kind, name, groups, role, token, key, relayed: isRelayed }));
  maps.set(subject, map);
  return map;
}

/** Of a verb without a tool there is no member, so that an expression that asks for one fails. */
function toolMap(tool: ToolPlace | undefined): Map<string, unknown> {
  if (!tool) return new Map();
  const { node, upstream, name, definitionJson } = tool;
  const annotations = definitionJson === undefined ? new Map() : annotationsOf(definitionJson);
  return new Map<string, unknown>(Object.entries({ node, upstream, name, annotations }));
}

function annotationsOf(definitionJson: string): Map<string, unknown> {
  const annotations = argumentsOf(definitionJson).get('annotations');
  return annotations instanceof Map ? annotations : new Map();
}
