import { isPlain, type Kind, kindOf } from './kind-of.js';

type TextEqual = (a: string, b: string) => boolean;

/**
 * Whether two values hold the same data: key order and undefined fields do not count, NaN equals NaN, cycles are
 * followed once. Map, Set, Date, errors, URLs, headers, binary data and boxed values are compared by content; other
 * instances by their fields, to plain objects or to their like. Texts, on every level, by `same`.
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
    const kind = kindOf(a);
    if (kind !== kindOf(b)) return false;
    const met = this.#open.get(a) ?? new Set();
    if (met.has(b)) return true;
    this.#open.set(a, met.add(b));
    const result = this.#contents(kind, a, b);
    met.delete(b);
    return result;
  }

  #contents(kind: Kind, a: object, b: object): boolean {
    switch (kind) {
      case 'list':
        return this.#lists(a as unknown[], b as unknown[]);
      case 'map':
      case 'set':
        return this.#unordered([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
      case 'pairs':
        return this.#lists([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
      case 'date':
        return Object.is((a as Date).getTime(), (b as Date).getTime());
      case 'regexp':
        return String(a) === String(b);
      case 'url':
        return (a as URL).href === (b as URL).href;
      case 'bytes':
        return sameBytes(a as ArrayBufferView, b as ArrayBufferView);
      case 'buffer':
        return Buffer.compare(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer)) === 0;
      case 'boxed':
        return this.equal(a.valueOf(), b.valueOf());
      case 'error':
        return this.#fields(partsOf(a as AggregateError), partsOf(b as AggregateError));
      case 'fields':
        return comparable(a, b) && this.#fields(a as Record<string, unknown>, b as Record<string, unknown>);
    }
  }

  #lists(a: readonly unknown[], b: readonly unknown[]): boolean {
    return a.length === b.length && a.every((item, i) => this.equal(item, b[i]));
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

/** -1 as Int8 and 255 as Uint8 are the same byte and not the same data. A Buffer is a Uint8Array. */
function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const kindOfArray = (view: ArrayBufferView): string => Object.prototype.toString.call(view);
  return kindOfArray(a) === kindOfArray(b) && Buffer.compare(bytes(a), bytes(b)) === 0;
}

function bytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** What an error says, most of it in fields that are not enumerable. Where it was thrown is left out. */
function partsOf(error: AggregateError): Record<string, unknown> {
  const { name, message, cause, errors } = error;
  return { ...error, name, message, cause, errors };
}

/** Whether fields are all there is to it. An instance without any may hold anything, in private fields say. */
function comparable(a: object, b: object): boolean {
  const plain = [isPlain(a), isPlain(b)];
  if (plain[0] && plain[1]) return true;
  if (!plain[0] && !plain[1] && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  return Object.keys(a).length > 0 && Object.keys(b).length > 0;
}
