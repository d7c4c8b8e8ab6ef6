/**
 * What the parser and the planner of CEL take as it comes, and what would fail at the first call instead of when the
 * policy is loaded: unknown names, members, functions. Also what could take long: an expression runs between two calls
 * and nothing else runs meanwhile.
 */
import type { celEnv, parse } from '@bufbuild/cel';
import { OPEN_MEMBERS, TYPES, VARIABLES } from './names.ts';

export type Expression = ReturnType<typeof parse>['expr'];
type Functions = ReturnType<typeof celEnv>['funcs'];

/** What an expression asks for. */
export interface Uses {
  readonly variables: ReadonlySet<string>;
}

/** Where something is wrong, as the parser numbers its places. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
  readonly id: bigint;

  constructor(id: bigint, message: string) {
    super(message);
    this.id = id;
  }
}

/** Throws an `ExpressionFault` at the first thing that is wrong. */
export function checkExpression(expression: Expression, functions: Functions): Uses {
  const check = new Check(functions);
  check.visit(expression, new Set(), 0);
  return { variables: check.variables };
}

class Check {
  readonly variables = new Set<string>();
  readonly #functions: Functions;

  constructor(functions: Functions) {
    this.#functions = functions;
  }

  /** `locals` are the variables of macros around; `loops` is how many there are. */
  visit(expression: Expression | undefined, locals: ReadonlySet<string>, loops: number): void {
    if (expression === undefined) return;
    const { exprKind, id } = expression;
    switch (exprKind.case) {
      case 'identExpr':
        this.#name(id, exprKind.value.name, locals);
        break;
      case 'selectExpr':
        this.visit(exprKind.value.operand, locals, loops);
        this.#member(id, exprKind.value.operand, exprKind.value.field, locals);
        break;
      case 'callExpr':
        this.#call(id, exprKind.value, locals, loops);
        break;
      case 'listExpr':
        for (const element of exprKind.value.elements) this.visit(element, locals, loops);
        break;
      case 'structExpr':
        this.#struct(id, exprKind.value, locals, loops);
        break;
      case 'comprehensionExpr':
        this.#loop(id, exprKind.value, locals, loops);
        break;
      default: // a constant
    }
  }

  #name(id: bigint, name: string, locals: ReadonlySet<string>): void {
    if (locals.has(name) || TYPES.has(name)) return;
    if (!Object.hasOwn(VARIABLES, name)) {
      throw new ExpressionFault(id, `there is no "${name}"; known are ${Object.keys(VARIABLES).join(', ')}`);
    }
    this.variables.add(name);
  }

  #member(id: bigint, operand: Expression | undefined, field: string, locals: ReadonlySet<string>): void {
    const path = pathOf(operand);
    const [variable = '', ...members] = path ?? [];
    if (path === undefined || locals.has(variable) || !Object.hasOwn(VARIABLES, variable)) return;
    const known = VARIABLES[variable];
    if (known === undefined || OPEN_MEMBERS.has(path.slice(0, 2).join('.'))) return;
    if (members.length > 0) throw new ExpressionFault(id, `${path.join('.')} has no members`);
    if (known.includes(field)) return;
    const has = known.length === 0 ? 'no members' : `no "${field}"; known are ${known.join(', ')}`;
    throw new ExpressionFault(id, `${variable} has ${has}`);
  }

  #call(id: bigint, call: Call, locals: ReadonlySet<string>, loops: number): void {
    const { function: name, target, args } = call;
    this.#function(id, name, target !== undefined, args.length);
    if (name === 'matches' && !isText(args.at(-1))) {
      throw new ExpressionFault(id, 'the pattern of matches() must be written in the rule: no caller chooses it');
    }
    this.visit(target, locals, loops);
    for (const argument of args) this.visit(argument, locals, loops);
    const [operand, index] = args;
    const key = name === '_[_]' ? textOf(index) : undefined;
    if (key !== undefined) this.#member(id, operand, key, locals);
  }

  #function(id: bigint, name: string, isMethod: boolean, count: number): void {
    if (OPERATORS.has(name)) return;
    const forms = [...(this.#functions.find(name) ?? [])];
    if (forms.length === 0) throw new ExpressionFault(id, `there is no function ${name}()`);
    const fit = forms.some((form) => (form.target !== undefined) === isMethod && form.arguments.length === count);
    if (!fit)
      throw new ExpressionFault(id, `${name}() is not called like this: wrong number of arguments, or its place`);
  }

  #struct(id: bigint, struct: Struct, locals: ReadonlySet<string>, loops: number): void {
    if (struct.messageName !== '') throw new ExpressionFault(id, `there is no type ${struct.messageName}`);
    for (const { keyKind, value } of struct.entries) {
      if (keyKind.case === 'mapKey') this.visit(keyKind.value, locals, loops);
      this.visit(value, locals, loops);
    }
  }

  #loop(id: bigint, loop: Loop, locals: ReadonlySet<string>, loops: number): void {
    if (loops > 0) throw new ExpressionFault(id, 'a macro inside of a macro would take as long as its caller likes');
    this.visit(loop.iterRange, locals, loops);
    const inner = new Set([...locals, loop.iterVar, loop.iterVar2, loop.accuVar]);
    for (const part of [loop.accuInit, loop.loopCondition, loop.loopStep, loop.result]) {
      this.visit(part, inner, loops + 1);
    }
  }
}

type Kind<C> = Extract<Expression['exprKind'], { case: C }> extends { value: infer V } ? V : never;
type Call = Kind<'callExpr'>;
type Struct = Kind<'structExpr'>;
type Loop = Kind<'comprehensionExpr'>;

/** What the planner takes care of itself, without a function. */
const OPERATORS: ReadonlySet<string> = new Set([
  '_&&_',
  '_||_',
  '_?_:_',
  '_[_]',
  '@not_strictly_false',
  '_==_',
  '_!=_',
]);

/** `["principal", "name"]` of `principal.name`; `undefined` if it is no such path. */
function pathOf(expression: Expression | undefined): string[] | undefined {
  const kind = expression?.exprKind;
  if (kind?.case === 'identExpr') return [kind.value.name];
  if (kind?.case === 'selectExpr') return joined(pathOf(kind.value.operand), kind.value.field);
  if (kind?.case === 'callExpr' && kind.value.function === '_[_]') {
    return joined(pathOf(kind.value.args[0]), textOf(kind.value.args[1]));
  }
  return undefined;
}

function joined(path: string[] | undefined, member: string | undefined): string[] | undefined {
  return path === undefined || member === undefined ? undefined : [...path, member];
}

function isText(expression: Expression | undefined): boolean {
  return textOf(expression) !== undefined;
}

function textOf(expression: Expression | undefined): string | undefined {
  const kind = expression?.exprKind;
  if (kind?.case !== 'constExpr' || kind.value.constantKind.case !== 'stringValue') return undefined;
  return kind.value.constantKind.value;
}
