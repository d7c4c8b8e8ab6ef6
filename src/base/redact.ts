/**
 * Takes secrets out of texts that are kept or shown: values that are known to be secret, and what looks like one. It is a
 * net below the rules, not a rule: what must not be shown is not given to it in the first place.
 */

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Shorter values would take harmless words out of every text. */
const MIN_SECRET_LENGTH = 4;

/** Names of things that are secret. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:pass|passphrase|passcode|pwd|token|credentials?|authorization|cookie|bearer|otp|pin)(?:$|[^a-z])|(?:api|private|access)[-_]?key|secret|passw(?:or)?d/i;

/** Texts that are secrets whatever they are called. */
const SECRET_TEXTS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\btowline-(?:token-|invite-|seed-v1 )[A-Za-z0-9_-]{16,}/g,
  /\b(?:Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}/gi,
  /\bgh[opsur]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}|\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bsk-[A-Za-z0-9_-]{16,}|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
];

/** `password=…`, `--token …`, and the password of an address. */
const ASSIGNMENT =
  /\b((?:[a-z]+[-_])?(?:password|passwd|secret|token|api[-_]?key)["']?\s*[=:]\s*["']?)([^\s"',;&]{4,})/gi;
const OPTION = /(--?[a-z-]{0,32}(?:password|passwd|secret|token|api-?key)[ =]+)([^\s"']{4,})/gi;
const ADDRESS = /(\b[a-z][a-z0-9+.-]{1,32}:\/\/[^\s/:@]{1,256}:)[^\s/@]{1,1024}(?=@)/gi;

export class Redactor {
  /** Values that are known, and how many need them: the longest first. */
  readonly #known = new Map<string, number>();
  #pattern: RegExp | undefined;

  /** From now on this value is taken out. Returns what ends that. */
  add(value: string): () => void {
    if (value.length < MIN_SECRET_LENGTH) return () => undefined;
    this.#count(value, 1);
    let isOver = false;
    return () => {
      if (!isOver) this.#count(value, -1);
      isOver = true;
    };
  }

  /** Without the values that are known: for texts of which nothing else may be lost. */
  known(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, REDACTED) : text;
  }

  /** Without the values that are known, and without what looks like a secret. */
  text(text: string): string {
    let clean = this.known(text);
    for (const pattern of SECRET_TEXTS) clean = clean.replace(pattern, REDACTED);
    for (const pattern of [ASSIGNMENT, OPTION, ADDRESS]) clean = clean.replace(pattern, `$1${REDACTED}`);
    return clean;
  }

  /** A JSON value without secrets: the members that are called like one, and all texts as above. */
  json(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.known(name), isSecretName(name) ? REDACTED : this.json(item)]),
    );
  }

  #count(value: string, by: 1 | -1): void {
    const count = (this.#known.get(value) ?? 0) + by;
    if (count > 0) this.#known.set(value, count);
    else this.#known.delete(value);
    const values = [...this.#known.keys()].flatMap(spellings).sort((left, right) => right.length - left.length);
    this.#pattern = values.length > 0 ? new RegExp(values.map(escaped).join('|'), 'g') : undefined;
  }
}

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'));
}

/** How a value may be written: as it is, inside JSON, and in an address. */
function spellings(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const address = encodeURIComponent(value.isWellFormed() ? value : value.toWellFormed());
  const lines = value.split('\n').filter((line) => line.length >= 16);
  return [...new Set([value, json, address, ...lines])];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
