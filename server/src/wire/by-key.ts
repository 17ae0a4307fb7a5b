const KEPT = 4096;
const LONGEST = 200;

/** Remembers what was concluded from an attribute's name: the spans of one program use the same few over and over. */
export function byKey<T>(conclude: (key: string) => T): (key: string) => T {
  const known = new Map<string, { result: T }>();
  return (key) => {
    const found = known.get(key);
    if (found) return found.result;
    const result = conclude(key);
    if (key.length > LONGEST) return result;
    if (known.size >= KEPT) known.clear();
    known.set(key, { result });
    return result;
  };
}
