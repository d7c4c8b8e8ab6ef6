/** A rule's expression, from its text to something that can be asked. */
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { messageOf } from '../../../base/errors.ts';
import { checkExpression, ExpressionFault } from './check.ts';

/** What an expression may look at. Made only where it does. */
export type Variables = Record<string, unknown>;

export interface CompiledExpression {
  /** The names of what it looks at. */
  readonly variables: ReadonlySet<string>;
  /** True or false; an error where it fails, or is neither. */
  evaluate(variables: Variables): boolean | Error;
}

const environment = celEnv();

/** Throws an error whose message says what is wrong, and at which character. */
export function compileExpression(text: string): CompiledExpression {
  const parsed = parseText(text);
  const { variables } = checked(text, parsed);
  const evaluate = planned(parsed);
  return {
    variables,
    evaluate(bindings) {
      const result = evaluate(bindings as Parameters<typeof evaluate>[0]);
      if (typeof result === 'boolean') return result;
      return isCelError(result) ? result : new Error('it gives neither true nor false');
    },
  };
}

type Parsed = ReturnType<typeof parse>;

function parseText(text: string): Parsed {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`not CEL: ${messageOf(error).replace(/^<input>:\d+:(\d+): /, 'character $1: ')}`, { cause: error });
  }
}

function checked(text: string, parsed: Parsed) {
  try {
    return checkExpression(parsed.expr, environment.funcs);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    const offset = parsed.sourceInfo?.positions[String(error.id)] ?? 0;
    const near = text.slice(offset, offset + 24).trim();
    throw new Error(`character ${offset + 1}${near === '' ? '' : ` ("${near}")`}: ${error.message}`, { cause: error });
  }
}

function planned(parsed: Parsed) {
  return plan(environment, parsed);
}
