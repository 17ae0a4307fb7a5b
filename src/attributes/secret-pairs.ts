/** Names and values inside a text: `?api_key=...`, `password: ...`, `{"client_secret":"..."}` at any level of quoting. */

const KEY_MAX = 64;
/** Last words that make a secret's name only with the word before them, as in `API key: ...`. */
const NEEDS_MORE = /^(?:keys?|number|card|security|string|code)$/i;

const ENCODED = /^%3[AD]$/i;

/** `text` with the values of secret names replaced. `isSecret` judges a name. */
export function maskPairs(text: string, isSecret: (name: string) => boolean, replacement: string): string {
  let out = '';
  let done = 0;
  const separators = new Separators(text);
  for (let at = separators.next(0); at >= 0; at = separators.next(at + 1)) {
    if (at < done || text.startsWith('://', at)) continue;
    const encoded = text.charCodeAt(at) === 0x25;
    if (encoded && !ENCODED.test(text.slice(at, at + 3))) continue;
    const name = nameBefore(text, at, done);
    if (name === undefined) continue;
    if (!isSecret(name.text) && !(name.wide !== undefined && isSecret(name.wide))) continue;
    const value = valueAfter(text, encoded ? at + 3 : at + 1, name.quote, text[at] as string);
    if (value === undefined || isMasked(text, value.start, replacement)) continue;
    const quote = value.bare ? name.quote : '';
    out += text.slice(done, value.start) + quote + replacement + quote;
    done = value.end;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** A text may come by twice: as an error's message and as a field. */
function isMasked(text: string, start: number, replacement: string): boolean {
  const next = start + replacement.length;
  return text.startsWith(replacement, start) && (next >= text.length || !isNameChar(text.charCodeAt(next)));
}

/** Where `=`, `:` and `%3D` stand, in order. */
class Separators {
  readonly #text: string;
  #colon = -2;
  #equals = -2;
  #encoded = -2;

  constructor(text: string) {
    this.#text = text;
    if (!text.includes('%3')) this.#encoded = -1;
  }

  /** The first at or after `from`, or -1. */
  next(from: number): number {
    if (this.#colon !== -1 && this.#colon < from) this.#colon = this.#text.indexOf(':', from);
    if (this.#equals !== -1 && this.#equals < from) this.#equals = this.#text.indexOf('=', from);
    if (this.#encoded !== -1 && this.#encoded < from) this.#encoded = this.#text.indexOf('%3', from);
    let least = this.#colon;
    if (this.#equals >= 0 && (least < 0 || this.#equals < least)) least = this.#equals;
    if (this.#encoded >= 0 && (least < 0 || this.#encoded < least)) least = this.#encoded;
    return least;
  }
}

interface NameFound {
  readonly text: string;
  /** With the word before it: `API key: ...`. */
  readonly wide: string | undefined;
  /** The quote that closes the name, with its backslashes; empty without quotes. */
  readonly quote: string;
}

function nameBefore(text: string, at: number, floor: number): NameFound | undefined {
  let end = at;
  while (end > floor && at - end < 4 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  let quote = '';
  const last = text[end - 1];
  if (last === '"' || last === "'") {
    let start = end - 1;
    while (start > floor && end - start < 16 && text[start - 1] === '\\') start -= 1;
    quote = text.slice(start, end);
    end = start;
  }
  let start = wordStart(text, end, floor);
  // The letters after a percent sign belong to it: `%3Ftoken%3D`.
  if (text[start - 1] === '%' && end - start > 2) start += 2;
  if (start === end || end - start > KEY_MAX) return undefined;
  const name = text.slice(start, end);
  let wide: string | undefined;
  if (quote === '' && text[start - 1] === ' ' && start - 1 > floor && name.length > 2 && NEEDS_MORE.test(name)) {
    const before = wordStart(text, start - 1, floor);
    if (before < start - 1 && end - before <= KEY_MAX) wide = text.slice(before, end);
  }
  return { text: name, wide, quote };
}

function wordStart(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && end - start <= KEY_MAX && isNameChar(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

interface ValueFound {
  readonly start: number;
  readonly end: number;
  readonly bare: boolean;
}

function valueAfter(text: string, from: number, nameQuote: string, separator: string): ValueFound | undefined {
  let start = from;
  while (start < text.length && start - from < 8 && isBlank(text.charCodeAt(start))) start += 1;
  let mark = start;
  while (mark < text.length && mark - start < 16 && text[mark] === '\\') mark += 1;
  const quote = text[mark];
  if (quote === '"' || quote === "'") {
    const open = mark + 1;
    const end = closingQuote(text, open, quote, mark - start);
    return end === open ? undefined : { start: open, end, bare: false };
  }
  if (nameQuote !== '' && (text[start] === '{' || text[start] === '[')) {
    return { start, end: closingBrace(text, start), bare: true };
  }
  if (text.startsWith('//', start)) return undefined;
  const stop = separator === '%' ? STOP_ENCODED : STOP;
  let end = endOf(text, start, stop);
  const first = text.slice(start, end);
  if (/^(?:bearer|basic|token|digest|apikey)$/i.test(first) && text[end] === ' ') end = endOf(text, end + 1, stop);
  if (end === start || /^(?:null|undefined|true|false|none|nil)$/i.test(first)) return undefined;
  const prose = nameQuote === '' && separator === ':' && start > from;
  if (prose && /^[A-Za-z]{0,11}[.!?]?$/.test(text.slice(start, end)) && !/[a-z][A-Z]/.test(first)) return undefined;
  return { start, end, bare: true };
}

const STOP = /[\s&,;"'<>)}\]\\]/g;
const STOP_ENCODED = /[\s&,;"'<>)}\]\\%]/g;

function endOf(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  const found = stop.exec(text);
  return found === null ? text.length : found.index;
}

/**
 * The quote that closes. Each level of JSON inside JSON turns `r` backslashes before a quote into `2r + 1`, so the
 * opening quote's tell how many stood there at first; an even number of those escapes only each other.
 */
function closingQuote(text: string, from: number, quote: string, slashes: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let count = 0;
    while (at - count > from && text[at - count - 1] === '\\') count += 1;
    const first = (count + 1) / (slashes + 1) - 1;
    if (first >= 0 && first % 2 === 0) return at - slashes;
  }
  return text.length;
}

function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isNameChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e ||
    code > 0x7f
  );
}
