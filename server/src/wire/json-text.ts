import { MalformedRequest } from './span-record.js';

/** Brackets may nest this deep: about 30 levels of attribute values inside the OTLP envelope. */
export const MAX_JSON_DEPTH = 128;

const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** With fewer digits every whole number is exact, with more none. */
const EXACT_DIGITS = 16;

/**
 * Parses JSON of a stranger: what breaks off or nests too deep is found before parsing, and whole numbers that a
 * JavaScript number does not hold exactly come out as text, because `JSON.parse` would round them (nanoseconds and
 * 64-bit integers).
 */
export function parseJson(body: Uint8Array, maxDepth = MAX_JSON_DEPTH): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new MalformedRequest('the body is not valid UTF-8');
  }
  const quoted = quoteLongIntegers(text, maxDepth);
  try {
    return JSON.parse(quoted);
  } catch (error) {
    throw new MalformedRequest(`the body is not valid JSON: ${shortReason(error)}`);
  }
}

const LONG_INTEGER = /\d{16}/;

/** What valid JSON says, with the integers that a double would round as text. Throws as `JSON.parse` does. */
export function exactJson(text: string): unknown {
  // Parsed as it is first: with quotes put in, some texts that are no JSON would pass for it.
  const parsed: unknown = JSON.parse(text);
  return LONG_INTEGER.test(text) ? JSON.parse(quoteLongIntegers(text, Number.POSITIVE_INFINITY, isRounded)) : parsed;
}

function isRounded(digits: string): boolean {
  return !Number.isSafeInteger(Number(digits));
}

function shortReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // V8 quotes the text it could not read; that may be a user's data, so only the position is repeated.
  const position = /position \d+/.exec(message);
  return position ? `at ${position[0]}` : 'it ends too early or is empty';
}

function quoteLongIntegers(text: string, maxDepth: number, isMeant: (digits: string) => boolean = () => true): string {
  let depth = 0;
  let copied = 0;
  let result = '';
  const length = text.length;
  for (let at = 0; at < length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (char === 123 || char === 91) {
      if (++depth > maxDepth) throw new MalformedRequest(`JSON nested deeper than ${maxDepth}`, 'too_deep');
    } else if (char === 125 || char === 93) {
      depth--;
    } else if (char >= ZERO && char <= NINE) {
      let end = at + 1;
      while (end < length && isDigit(text.charCodeAt(end))) end++;
      const next = text.charCodeAt(end);
      if (next !== DOT && next !== 101 && next !== 69 && !isExact(text, at, end)) {
        const start = at > 0 && text.charCodeAt(at - 1) === MINUS ? at - 1 : at;
        const digits = text.slice(start, end);
        if (isMeant(digits)) {
          result += `${text.slice(copied, start)}"${digits}"`;
          copied = end;
        }
      } else if (next === DOT || next === 101 || next === 69) {
        while (end < length && isNumberChar(text.charCodeAt(end))) end++;
      }
      at = end - 1;
    }
  }
  // What a parser would find out only after making everything before it.
  if (depth > 0) throw new MalformedRequest(`the body is not valid JSON: it breaks off, with ${depth} brackets open`);
  return copied === 0 ? text : result + text.slice(copied);
}

function endOfString(text: string, from: number): number {
  let at = from;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
    at = end + 1;
  }
}

function isExact(text: string, from: number, to: number): boolean {
  const digits = to - from;
  return digits < EXACT_DIGITS || (digits === EXACT_DIGITS && Number.isSafeInteger(Number(text.slice(from, to))));
}

function isDigit(char: number): boolean {
  return char >= ZERO && char <= NINE;
}

function isNumberChar(char: number): boolean {
  return isDigit(char) || char === DOT || char === 101 || char === 69 || char === 43 || char === MINUS;
}
