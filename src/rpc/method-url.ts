import type { DescMethod } from '@bufbuild/protobuf';

/**
 * The URL that interceptors and handlers see where no HTTP is spoken. RFC 6761 reserves `.invalid`: nobody can
 * mistake it for an address.
 */
export function methodUrl(method: DescMethod): string {
  return `https://link.invalid/${method.parent.typeName}/${method.name}`;
}
