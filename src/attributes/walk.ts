import { isProxy } from 'node:util/types';
import { quietly } from '../base/quietly.js';
import { unseenWork } from '../base/unseen.js';
import { plainBigint } from './bigint.js';
import type { CaptureContext } from './context.js';
import { gather, isListed, isName, type Pair } from './entries.js';
import { disregard, isComputed } from './promised.js';
import type { KeyFacts, Redactor } from './redact.js';
import { safeRead, throwsText } from './safe-read.js';
import { isSensitive } from './sensitive-paths.js';
import { functionText, isError, specialOf } from './special.js';
import { cut, head, wellFormed } from './text.js';

/** A value as it may leave the process: plain data, masked, bounded, without user code in it. */
export type Rendered = string | number | boolean | bigint | null | Rendered[] | { [key: string]: Rendered };

export interface WalkOptions {
  /** How many characters of JSON may come out, about. */
  readonly budget: number;
  /** How many scalars may come out. */
  readonly leaves?: number;
  /** Whether the budget counts bytes in UTF-8; else UTF-16 code units. */
  readonly bytes?: boolean;
  /** Whether 64-bit integers stay bigints; else they become text. */
  readonly bigints?: boolean;
  /** Whether lists and objects that were cut say so inside. */
  readonly notices?: boolean;
  /** Paths below the value that are masked. */
  readonly sensitive?: ReadonlySet<string> | undefined;
}

/** How far past a limit a text is looked at, so that a secret across the border is still recognised. */
const MARGIN = 4096;
/** Beyond this nesting the walk stops, whatever the limit says: it must fit on any stack. */
const MAX_DEPTH = 256;
const MAX_CAUSES = 8;
const MAX_KEY = 1024;
/** Room for the notice alone. */
const SHORTEST_CUT = 48;
const ROOT: object = Object.prototype;

/**
 * The one walk over user data, under spans, sessions, logs and evaluators. Each property is read once, so a getter
 * or a proxy's trap runs once; what throws is written in its place.
 */
export class Walk {
  /** What was left out by a limit: at least so many values. */
  leftOut = 0;
  readonly #redactor: Redactor;
  readonly #masks: boolean;
  readonly #hook: ((value: unknown, path: string) => unknown) | undefined;
  readonly #sensitive: ReadonlySet<string> | undefined;
  readonly #paths: boolean;
  readonly #valueLength: number;
  readonly #maxDepth: number;
  readonly #bigints: boolean;
  readonly #bytes: boolean;
  readonly #notices: boolean;
  readonly #ancestors: object[] = [];
  readonly #root: string;
  /** Of the field that is read now. */
  #key: PropertyKey = '';
  #budget: number;
  #leaves: number;
  /** Texts that were counted at three bytes a character, since counting takes longer than it matters. */
  #unsure: string[] = [];

  constructor(capture: CaptureContext, root: string, options: WalkOptions) {
    this.#redactor = capture.redactor;
    this.#masks = capture.redactor.active;
    this.#hook = capture.redactor.hook;
    this.#sensitive = options.sensitive;
    this.#paths = this.#hook !== undefined || options.sensitive !== undefined;
    this.#valueLength = capture.limits.valueLength;
    this.#maxDepth = Math.min(capture.limits.depth, MAX_DEPTH);
    this.#bigints = options.bigints === true;
    this.#bytes = options.bytes === true;
    this.#notices = options.notices !== false;
    this.#root = root;
    this.#budget = options.budget;
    this.#leaves = options.leaves ?? Number.POSITIVE_INFINITY;
  }

  /** What the budget has left. */
  get left(): number {
    return this.#budget;
  }

  /** `value` as plain data; undefined where there is nothing to write. */
  render(value: unknown): Rendered | undefined {
    unseenWork.depth += 1;
    try {
      const kept = this.#hook === undefined ? value : this.#hook(value, this.#root);
      return this.#value(kept, this.#paths ? this.#root : '', 0);
    } catch (thrown) {
      // The stack of the program itself was nearly full.
      return this.#text(throwsText(thrown));
    } finally {
      unseenWork.depth -= 1;
    }
  }

  #value(value: unknown, path: string, depth: number): Rendered | undefined {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        this.#spend((value | 0) === value ? 5 : 18);
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        this.#spend(5);
        return value;
      case 'undefined':
        return undefined;
      case 'bigint':
        return this.#bigint(value);
      case 'symbol':
        return this.#text(String(value));
      case 'function':
        return this.#text(functionText(value));
      default:
        return value === null ? null : this.#object(value as object, path, depth);
    }
  }

  #object(value: object, path: string, depth: number): Rendered | undefined {
    if (this.#ancestors.includes(value)) return this.#plain('[Circular]');
    if (depth >= this.#maxDepth) {
      this.leftOut += 1;
      return this.#plain(`[${Array.isArray(value) ? 'Array' : 'Object'} below depth ${this.#maxDepth}]`);
    }
    this.#budget -= 3;
    this.#ancestors.push(value);
    try {
      return this.#container(value, path, depth);
    } catch (thrown) {
      return this.#text(throwsText(thrown));
    } finally {
      this.#ancestors.pop();
    }
  }

  #container(value: object, path: string, depth: number): Rendered | undefined {
    if (Array.isArray(value)) return this.#array(value, path, depth);
    const proto = Object.getPrototypeOf(value) as object | null;
    if (proto !== null && proto !== ROOT) {
      const special = specialOf(value);
      if (special !== undefined) {
        switch (special.kind) {
          case 'text':
            return this.#text(special.text);
          case 'promise':
            this.#disown(value);
            return this.#plain('[Promise]');
          case 'value':
            return this.#value(special.value, path, depth + 1);
          case 'items':
            return this.#items(special.items, special.size, path, depth);
          case 'entries':
            return this.#entries(special.entries, special.size, path, depth);
          case 'error':
            return this.#error(special.error, path, depth);
        }
      }
    }
    return this.#fields(value, proto, path, depth);
  }

  #array(value: readonly unknown[], path: string, depth: number): Rendered {
    const out: Rendered[] = [];
    const length = value.length;
    let first: unknown;
    for (let i = 0; i < length; i += 1) {
      if (this.#spent()) {
        this.#moreItems(out, length - i);
        break;
      }
      const item = safeRead(value, i);
      if (i === 0) first = item;
      const masked =
        i === 1 && length === 2 && isListed(first, item, this.#ancestors) && this.#factsOf(first as string).secret;
      out.push((masked ? this.#mask() : this.#child(item, path, i, depth)) ?? this.#nothing());
    }
    return out;
  }

  #items(items: Iterable<unknown>, size: number, path: string, depth: number): Rendered {
    const out: Rendered[] = [];
    for (const item of items) {
      if (this.#spent()) {
        this.#moreItems(out, size - out.length);
        break;
      }
      out.push(this.#child(item, path, out.length, depth) ?? this.#nothing());
    }
    return out;
  }

  /** A map with text keys is an object; other keys, and names that come twice, make it a list of pairs. */
  #entries(entries: Iterable<Pair>, size: number, path: string, depth: number): Rendered {
    this.#recount();
    const { pairs, named } = gather(entries, Math.max(1, Math.min(this.#budget, this.#leaves)));
    if (!named) return this.#pairs(pairs, size, path, depth);
    const out: { [key: string]: Rendered } = {};
    let count = 0;
    for (const [key, item] of pairs) {
      if (this.#spent()) break;
      this.#field(out, String(key), item, path, depth);
      count += 1;
    }
    if (count < size) this.#moreKeys(out, size - count);
    return out;
  }

  /** A value stands behind its name as a field does: with the name's path, and masked where the name is a secret's. */
  #pairs(pairs: readonly Pair[], size: number, path: string, depth: number): Rendered {
    const out: Rendered[] = [];
    for (const pair of pairs) {
      if (this.#spent()) break;
      const [key, item] = pair;
      if (!isName(key)) {
        out.push(this.#child(pair, path, out.length, depth) ?? this.#nothing());
        continue;
      }
      const { name, secret } = this.#factsOf(String(key));
      const shown = typeof key === 'string' ? this.#plain(name) : this.#value(key, path, depth);
      const masked = secret && item !== null && item !== undefined;
      const rendered = masked ? this.#mask() : this.#child(item, path, name, depth + 1);
      out.push([shown ?? this.#nothing(), rendered ?? this.#nothing()]);
    }
    if (out.length < size) this.#moreItems(out, size - out.length);
    return out;
  }

  #fields(value: object, proto: object | null, path: string, depth: number): Rendered | undefined {
    const keys = Object.keys(value);
    let made: unknown;
    const asks = proto === ROOT || proto === null ? keys.includes('toJSON') : 'toJSON' in value;
    if (asks) {
      made = (value as { toJSON?: unknown }).toJSON;
      if (typeof made === 'function') {
        const own = made;
        const result: unknown = own.call(value, '');
        // What an asynchronous one rejects with is nobody's but ours.
        if (result instanceof Promise) quietly(() => result);
        if (result !== value) return this.#value(result, path, depth + 1);
        made = undefined;
      }
    }
    const out: { [key: string]: Rendered } = {};
    for (let i = 0; i < keys.length; i += 1) {
      if (this.#spent()) {
        this.#moreKeys(out, keys.length - i);
        break;
      }
      const key = keys[i] as string;
      this.#key = key;
      this.#field(out, key, asks && key === 'toJSON' ? made : safeRead(value, key), path, depth);
    }
    if (proto === ROOT && depth <= 1) this.#marks(out, value, path, depth);
    return out;
  }

  /** Fields whose names are symbols. Looking for them takes time, so only the outer two levels are asked. */
  #marks(out: { [key: string]: Rendered }, value: object, path: string, depth: number): void {
    for (const mark of Object.getOwnPropertySymbols(value)) {
      if (this.#spent() || !Object.prototype.propertyIsEnumerable.call(value, mark)) continue;
      this.#key = mark;
      this.#field(out, String(mark), safeRead(value, mark), path, depth);
    }
  }

  #disown(promise: object): void {
    const holder = this.#ancestors[this.#ancestors.length - 2];
    if (holder !== undefined && !isProxy(holder) && isComputed(holder, this.#key)) disregard(promise);
  }

  #error(error: object, path: string, depth: number): Rendered {
    const out: { [key: string]: Rendered } = {};
    for (const key of ['name', 'message', 'stack', 'code', 'cause', 'errors']) {
      let item = safeRead(error, key);
      if (item === undefined || (key === 'code' && typeof item !== 'string' && typeof item !== 'number')) continue;
      if (key === 'cause' && isError(item) && this.#ancestors.filter(isError).length >= MAX_CAUSES)
        item = '[more causes]';
      this.#field(out, key, item, path, depth);
    }
    return out;
  }

  #field(out: { [key: string]: Rendered }, key: string, item: unknown, path: string, depth: number): void {
    const { name, secret, inherited } = this.#factsOf(key);
    const masked = secret && item !== null && item !== undefined;
    const rendered = masked ? this.#mask() : this.#child(item, path, name, depth);
    if (rendered === undefined) return;
    this.#budget -= name.length + 4;
    if (inherited) {
      // `__proto__` and the like are plain data, never an assignment.
      Object.defineProperty(out, name, { value: rendered, enumerable: true, configurable: true, writable: true });
    } else {
      out[name] = rendered;
    }
  }

  #factsOf(key: string): KeyFacts {
    if (key.length <= MAX_KEY) return this.#redactor.key(key);
    const facts = this.#redactor.key(head(key, MAX_KEY + MARGIN));
    return { ...facts, name: cut(facts.name, MAX_KEY, key.length) };
  }

  #child(item: unknown, path: string, name: string | number, depth: number): Rendered | undefined {
    if (!this.#paths) return this.#value(item, path, depth + 1);
    const below = `${path}.${name}`;
    const paths = item === null || item === undefined ? undefined : this.#sensitive;
    if (paths !== undefined && isSensitive(below.slice(this.#root.length + 1), paths)) return this.#mask();
    return this.#value(this.#hook === undefined ? item : this.#hook(item, below), below, depth + 1);
  }

  #text(text: string): string {
    if (this.#bytes && text.length > this.#budget) this.#recount();
    const room = Math.max(0, Math.min(this.#valueLength, this.#budget));
    const long = text.length > room;
    let out = wellFormed(long ? head(text, room + MARGIN) : text);
    if (this.#masks) out = this.#redactor.text(out);
    if (long || out.length > room) {
      out = cut(out, Math.max(room, Math.min(SHORTEST_CUT, this.#valueLength)), text.length);
      if (room < this.#valueLength) this.leftOut += 1;
    }
    let size = out.length;
    if (this.#bytes) {
      if (size * 3 < this.#budget) {
        this.#unsure.push(out);
        this.#spend(size * 3 + 3);
        return out;
      }
      this.#recount();
      size = Buffer.byteLength(out);
      if (size > this.#budget && size > SHORTEST_CUT) {
        this.leftOut += 1;
        out = cut(out, Math.max(SHORTEST_CUT, Math.floor((room * out.length) / size)), text.length);
        size = Buffer.byteLength(out);
      }
    }
    this.#spend(size + 3);
    return out;
  }

  #mask(): string {
    return this.#plain(this.#redactor.replacement);
  }

  #plain(text: string): string {
    this.#spend(text.length + 3);
    return text;
  }

  #bigint(value: bigint): Rendered {
    const plain = plainBigint(value, this.#bigints);
    if (typeof plain === 'string') return this.#text(plain);
    this.#spend(20);
    return plain;
  }

  #spend(characters: number): void {
    this.#budget -= characters;
    this.#leaves -= 1;
  }

  /** Gives back what was counted too much. */
  #recount(): void {
    for (const text of this.#unsure) this.#budget += text.length * 3 - Buffer.byteLength(text);
    this.#unsure = [];
  }

  #spent(): boolean {
    if (this.#budget <= 0 && this.#unsure.length > 0) this.#recount();
    return this.#budget <= 0 || this.#leaves <= 0;
  }

  #nothing(): null {
    this.#budget -= 5;
    return null;
  }

  #moreItems(out: Rendered[], count: number): void {
    this.leftOut += count;
    if (this.#notices) out.push(`[${count} more items]`);
  }

  #moreKeys(out: { [key: string]: Rendered }, count: number): void {
    this.leftOut += count;
    if (this.#notices) out['…'] = `[${count} more keys]`;
  }
}
