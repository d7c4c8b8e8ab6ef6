import { hostname } from 'node:os';

/** A name that can be an alias, made of any text: "Ann's MacBook.local" gives "ann-s-macbook-local". */
export function aliasFrom(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 32)
    .replace(/[-_]+$/, '');
  return slug === '' || slug === 'self' ? 'node' : slug;
}

/** What a node calls itself if nobody named it. */
export function defaultName(): string {
  return aliasFrom(hostname());
}
