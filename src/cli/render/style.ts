import { styleText } from 'node:util';

/** Marks parts of a text; every function gives the text back as it is where colours are off. */
export interface Style {
  readonly on: boolean;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

type Format = Parameters<typeof styleText>[0];

export function createStyle(on: boolean): Style {
  const paint = (format: Format) => (text: string) =>
    on && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    on,
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    accent: paint('cyan'),
  };
}
