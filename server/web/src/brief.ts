import { isFields } from './read.js';

const MORE = '…';

/** A value as one line of at most about `max` characters. Stops looking when the line is full, however big the value is. */
export function briefOf(value: unknown, max = 160): string {
  let out = '';
  const full = () => out.length >= max;

  function put(part: unknown, depth: number): void {
    if (full()) return;
    if (typeof part === 'string') out += part.slice(0, max - out.length + 1).replace(/\s+/g, ' ');
    else if (Array.isArray(part))
      putAll(
        '[',
        part.slice(0, max).map((item) => ['', item] as const),
        ']',
        depth,
      );
    else if (isFields(part))
      putAll(
        '{',
        Object.entries(part)
          .slice(0, max)
          .map(([key, item]) => [`${key}: `, item] as const),
        '}',
        depth,
      );
    else out += String(part);
  }

  function putAll(open: string, entries: readonly (readonly [string, unknown])[], close: string, depth: number): void {
    out += open;
    if (depth > 6 && entries.length > 0) {
      out += MORE + close;
      return;
    }
    entries.forEach(([label, item], i) => {
      if (full()) return;
      out += (i > 0 ? ', ' : '') + label;
      put(item, depth + 1);
    });
    out += close;
  }

  // A lone text speaks for itself: {question: "Which…"} reads as the question. A lone number does not.
  let inner = value;
  while (isFields(inner) && Object.keys(inner).length === 1) inner = Object.values(inner)[0];
  if (isFields(inner) && Object.keys(inner).length === 0) return '';
  put(typeof inner === 'string' ? inner : value, 0);
  return out.length > max ? `${Array.from(out.slice(0, max)).join('').trimEnd()}${MORE}` : out.trim();
}
