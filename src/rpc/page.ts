export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

const defaultPageSize = 100;

/** One page of `items` in the order of their keys. The token is the last key of the page before. */
export function page<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest) {
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > request.pageToken)
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const size = request.pageSize || defaultPageSize;
  const rows = sorted.slice(0, size);
  const more = sorted.length > size;
  return { items: rows.map(({ item }) => item), nextPageToken: more ? (rows.at(-1)?.key ?? '') : '' };
}
