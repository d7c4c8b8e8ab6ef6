import type { DescEnum } from '@bufbuild/protobuf';

/** An enum value as a word for people: `PEER_STATE_CONNECTED` -> "connected"; a value of the future by its number. */
export function enumWord(desc: DescEnum, value: number): string {
  return desc.value[value]?.localName.toLowerCase().replaceAll('_', ' ') ?? String(value);
}
