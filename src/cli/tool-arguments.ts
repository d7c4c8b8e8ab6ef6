/** The arguments of a tool, from what was typed: `key=value` pairs, or one JSON object. */
import { usageError } from './usage.ts';

/**
 * The exact JSON text to send; empty if nothing was typed. One word that starts with `{` goes as it is, so that the tool
 * gets exactly what was written; the node refuses what is not JSON.
 */
export function argumentsText(words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return '';
  if (!first.trimStart().startsWith('{')) return JSON.stringify(pairsObject(words));
  if (words.length === 1) return first;
  throw usageError('a JSON object and further arguments', 'give either one JSON object or key=value pairs');
}

/** `a=1 b=text c:=…`: a value that is JSON is taken as JSON, any other is a string; `key:=` insists on JSON. */
function pairsObject(words: readonly string[]): Record<string, unknown> {
  const pairs = words.map(pairOf);
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined) throw usageError(`the argument "${twice[0]}" is given twice`);
  return Object.fromEntries(pairs);
}

function pairOf(word: string): [string, unknown] {
  const at = word.indexOf('=');
  if (at < 1)
    throw usageError(`"${word}" is neither key=value nor a JSON object`, 'write name=value, or \'{"name": "value"}\'');
  const strict = word[at - 1] === ':';
  const key = word.slice(0, strict ? at - 1 : at);
  const value = word.slice(at + 1);
  return [key, strict ? strictJson(key, value) : looseJson(value)];
}

function strictJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`the value of "${key}" is not JSON: ${text}`, `for a string write ${key}=${text}`);
  }
}

/** Numbers that JavaScript cannot hold exactly stay text: 12345678901234567890 must not become another number. */
function looseJson(text: string): unknown {
  const value = jsonOrText(text);
  return typeof value === 'number' && String(value) !== text ? text : value;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // not JSON: a plain word, which is the usual case
  }
}
