export type Pair = readonly [unknown, unknown];

/** Up to `room` entries of a map, and whether each has a name that no other has. */
export function gather(entries: Iterable<Pair>, room: number): { readonly pairs: Pair[]; readonly named: boolean } {
  const pairs: Pair[] = [];
  const names = new Set<string>();
  for (const pair of entries) {
    if (pairs.length >= room) break;
    pairs.push(pair);
    if (isName(pair[0])) names.add(String(pair[0]));
  }
  return { pairs, named: names.size === pairs.length };
}

/** Whether a key says in a word what the value is; an object does not. */
export function isName(key: unknown): boolean {
  return typeof key !== 'object' && typeof key !== 'function';
}

/** `['x-api-key', '...']` in a list of such, as `fetch` takes headers; a list of two texts alone is no pair. */
export function isListed(name: unknown, item: unknown, ancestors: readonly object[]): boolean {
  return typeof name === 'string' && typeof item === 'string' && Array.isArray(ancestors[ancestors.length - 2]);
}
