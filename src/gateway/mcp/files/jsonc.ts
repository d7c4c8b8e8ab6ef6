/** JSON as editors write it: comments, trailing commas, a byte order mark. */

const stringOrComment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const stringOrTrailingComma = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/** The same text as plain JSON, with blanks for what was taken out: every other character stays where it was. */
export function plainJson(text: string): string {
  return text
    .replace(/^\ufeff/, ' ')
    .replace(stringOrComment, (found) => (found.startsWith('"') ? found : found.replace(/[^\n]/g, ' ')))
    .replace(stringOrTrailingComma, (found) => (found === ',' ? ' ' : found));
}
