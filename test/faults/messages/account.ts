/** What was promised of messages, and what became of them: the judge of the storm. */
import { expect } from 'vitest';

/** What one sender heard of its messages. */
export class SenderAccount {
  readonly name: string;
  /** By number: how many had been begun when it was accepted. */
  readonly accepted = new Map<number, number>();
  readonly refused = new Set<number>();
  readonly endings: Record<string, number> = {};
  begun = 0;
  readonly #open = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  hear([what = '', number = '', ...why]: string[]): void {
    const n = Number(number);
    const ending = [what, ...why].join(' ');
    if (what === 'start') {
      this.begun = Math.max(this.begun, n + 1);
      this.#open.add(n);
      return;
    }
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    if (what === 'forged') return;
    this.#open.delete(n);
    if (what === 'ok') this.accepted.set(n, this.begun);
    if (what === 'refused') this.refused.add(n);
  }

  /** What a new life sends again: odd ones of which the last life did not hear. The others are given up. */
  again(): number[] {
    const again = [...this.#open].filter((n) => n % 2 === 1);
    this.#open.clear();
    for (const n of again) this.#open.add(n);
    return again;
  }

  /** Throws unless these texts, in the order of a reader, are what was promised. */
  check(texts: readonly string[], where: string): void {
    const places = new Map<number, number>();
    for (const [place, text] of texts.entries()) {
      const [name, n, ...more] = text.split(':');
      if (name === 'forged') expect.fail(`${where}: ${text} was refused, and is there`);
      if (name !== this.name || more.length > 0) continue;
      if (places.has(Number(n))) expect.fail(`${where}: ${text} is there twice`);
      places.set(Number(n), place);
    }
    for (const n of this.accepted.keys()) {
      if (!places.has(n)) expect.fail(`${where}: ${this.name}:${n} was accepted, and is not there`);
    }
    for (const n of this.refused) {
      if (places.has(n)) expect.fail(`${where}: ${this.name}:${n} was refused, and is there`);
    }
    this.#checkOrder(places, where);
  }

  /** What was begun after another one was accepted stands behind it. */
  #checkOrder(places: ReadonlyMap<number, number>, where: string): void {
    const earliestFrom: number[] = [];
    let earliest = Number.POSITIVE_INFINITY;
    for (let n = this.begun; n >= 0; n--) {
      earliest = Math.min(earliest, places.get(n) ?? Number.POSITIVE_INFINITY);
      earliestFrom[n] = earliest;
    }
    for (const [n, begun] of this.accepted) {
      if ((earliestFrom[begun] ?? Number.POSITIVE_INFINITY) < (places.get(n) ?? 0)) {
        expect.fail(`${where}: something stands before ${this.name}:${n} that was begun after it was accepted`);
      }
    }
  }
}

/** What one reader saw, over all of its lives. */
export class ReaderAccount {
  readonly name: string;
  readonly texts: string[] = [];
  readonly mails = new Map<number, string>();
  messageId = '';
  mailCursor = 0;
  readonly wrong: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Cursors begin at 1 and have no gaps, so their number is that of the messages. */
  get cursor(): number {
    return this.texts.length;
  }

  hear([what = '', cursor = '', ...rest]: string[]): void {
    if (what === 'fatal') this.wrong.push(cursor);
    if (what === 'message') this.#hearMessage(Number(cursor), rest);
    if (what === 'mail') this.#hearMail(Number(cursor), rest.join(' '));
  }

  #hearMessage(cursor: number, [id = '', ...text]: string[]): void {
    if (cursor !== this.cursor + 1) this.wrong.push(`message ${cursor} came after ${this.cursor}`);
    this.texts.push(text.join(' '));
    this.messageId = id;
  }

  /** Of mail a stream may repeat what it has sent, but never say something else. */
  #hearMail(cursor: number, text: string): void {
    const before = this.mails.get(cursor);
    if (before !== undefined && before !== text) this.wrong.push(`mail ${cursor} was ${before}, and then ${text}`);
    this.mails.set(cursor, text);
    this.mailCursor = Math.max(this.mailCursor, cursor);
  }

  get mailTexts(): string[] {
    return [...this.mails].sort(([a], [b]) => a - b).map(([, text]) => text);
  }
}
