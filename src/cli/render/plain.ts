import { stripVTControlCharacters } from 'node:util';

// C0 without tab and line feed, DEL, C1, and the marks that turn text around (a name could fake what stands beside it).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from elsewhere, made safe to show: it can neither steer the terminal nor fake a line. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, '');
}

/** The same on one line, for table cells and messages. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}
