/**
 * Any value as the text that a judge reads: texts as they are, the rest as indented JSON. Never throws: cycles,
 * BigInt, Map, Set, Error and getters that throw are shown in words.
 */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '(nothing)';
  try {
    return JSON.stringify(plain(value, []), undefined, 2) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return `[Function ${value.name}]`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[Circular]';
  const within = [...above, value];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (value instanceof Map) return [...value].map(([key, item]) => [plain(key, within), plain(item, within)]);
  if (value instanceof Set) return [...value].map((item) => plain(item, within));
  if (Array.isArray(value)) return value.map((item) => plain(item, within));
  return Object.fromEntries(Object.keys(value).map((key) => [key, plain(read(value, key), within)]));
}

function read(holder: object, key: string): unknown {
  try {
    return (holder as Record<string, unknown>)[key];
  } catch {
    return '[Throws]';
  }
}
