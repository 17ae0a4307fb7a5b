type TextEqual = (a: string, b: string) => boolean;

/**
 * Whether two values hold the same data: key order and undefined fields do not count, NaN equals NaN, cycles are
 * followed once. Map, Set, Date and binary data are compared by content. Texts, on every level, by `same`.
 */
export function deepEqual(a: unknown, b: unknown, same: TextEqual = (x, y) => x === y): boolean {
  return new Comparison(same).equal(a, b);
}

class Comparison {
  readonly #same: TextEqual;
  /** Pairs under way: met again inside themselves they count as equal. */
  readonly #open = new Map<object, Set<object>>();

  constructor(same: TextEqual) {
    this.#same = same;
  }

  equal(a: unknown, b: unknown): boolean {
    if (typeof a === 'string' && typeof b === 'string') return this.#same(a, b);
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (kindOf(a) !== kindOf(b)) return false;
    const met = this.#open.get(a) ?? new Set();
    if (met.has(b)) return true;
    this.#open.set(a, met.add(b));
    const result = this.#contents(a, b);
    met.delete(b);
    return result;
  }

  #contents(a: object, b: object): boolean {
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return Buffer.compare(bytes(a), bytes(b)) === 0;
    if (Array.isArray(a) && Array.isArray(b))
      return a.length === b.length && a.every((item, i) => this.equal(item, b[i]));
    if (a instanceof Map && b instanceof Map) return this.#unordered([...a], [...b]);
    if (a instanceof Set && b instanceof Set) return this.#unordered([...a], [...b]);
    if (a instanceof RegExp) return String(a) === String(b);
    return this.#fields(a as Record<string, unknown>, b as Record<string, unknown>);
  }

  #fields(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
    const present = (o: Record<string, unknown>): [string, unknown][] =>
      Object.entries(o).filter(([, v]) => v !== undefined);
    const left = present(a);
    const right = new Map(present(b));
    return (
      left.length === right.size && left.every(([key, value]) => right.has(key) && this.equal(value, right.get(key)))
    );
  }

  /** Every element finds a partner of its own. Equality is transitive, so taking the first one is enough. */
  #unordered(a: readonly unknown[], b: unknown[]): boolean {
    if (a.length !== b.length) return false;
    const left = [...b];
    return a.every((item) => {
      const index = left.findIndex((other) => this.equal(item, other));
      if (index < 0) return false;
      left.splice(index, 1);
      return true;
    });
  }
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'map';
  if (value instanceof Set) return 'set';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regexp';
  return ArrayBuffer.isView(value) ? 'bytes' : 'object';
}

function bytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
