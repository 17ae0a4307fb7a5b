import { quietly } from '../base/quietly.js';
import { isThenable } from '../base/thenable.js';
import { isWord, mayHoldPair, mayNameSecret } from './secret-hints.js';
import { containsWords, namesSecret, wordsOf } from './secret-keys.js';
import { maskPairs } from './secret-pairs.js';
import { maskShapes } from './secret-text.js';
import { wellFormed } from './text.js';

/** What is masked before it leaves the program; added to the built-in list unless `defaults` is false. */
export interface RedactOptions {
  /** More names of secrets: whole words of a key in any spelling, or expressions tested against the key. */
  keys?: readonly (string | RegExp)[];
  /** More shapes of secrets inside texts. */
  patterns?: readonly RegExp[];
  /** What stands in place of a secret. Default `[REDACTED]`. */
  replace?: string;
  /** Returns what is kept of a value; where it throws, or gives undefined or a promise, the field is masked. */
  hook?: (value: unknown, path: string) => unknown;
  /** Whether the built-in names and shapes apply. Default true. */
  defaults?: boolean;
}

/** What is known of a key. */
export interface KeyFacts {
  /** As it is written: a key, too, may be a secret itself or hold a lone surrogate. */
  readonly name: string;
  /** Whether its value is masked. */
  readonly secret: boolean;
  /** Whether every object has something of that name, as `__proto__` and `constructor`. */
  readonly inherited: boolean;
}

export interface Redactor {
  readonly replacement: string;
  /** Whether anything is masked at all. */
  readonly active: boolean;
  isSecretKey(key: string): boolean;
  /** `text` without the secrets that are recognised in it. */
  text(text: string): string;
  /** What a walk needs to know of a key, in one look. */
  key(key: string): KeyFacts;
  hook?: (value: unknown, path: string) => unknown;
}

const REPLACEMENT = '[REDACTED]';
const CACHE_SIZE = 4096;
const CACHED_KEY = 128;
/** Of a longer key only both ends are judged. */
const LONG_KEY = 1024;
/** The shortest text that is looked at: `pwd=abc`. */
const SHORTEST = 6;

/** Masks nothing. */
export const INACTIVE: Redactor = {
  replacement: REPLACEMENT,
  active: false,
  isSecretKey: () => false,
  text: (text) => text,
  key: remembered((key) => factsOf(wellFormed(key), false)),
};

/** The redactor of a tracer; `false` masks nothing. */
export function createRedactor(options: RedactOptions | false | undefined): Redactor {
  if (options === false) return INACTIVE;
  const defaults = options?.defaults !== false;
  const replacement = options?.replace ?? REPLACEMENT;
  const names = (options?.keys ?? []).filter((key) => typeof key === 'string').map((key) => wordsOf(key));
  const expressions = (options?.keys ?? []).filter((key) => key instanceof RegExp).map(stateless);
  const patterns = (options?.patterns ?? []).map(everywhere);
  const own = names.length > 0 || expressions.length > 0;

  const judge = (whole: string): boolean => {
    const key = whole.length > LONG_KEY ? `${whole.slice(0, LONG_KEY / 2)} ${whole.slice(-LONG_KEY / 2)}` : whole;
    const words = wordsOf(key);
    if (defaults && namesSecret(words)) return true;
    if (!own) return false;
    return names.some((name) => containsWords(words, name)) || expressions.some((expression) => expression.test(key));
  };
  const isSecretKey = remembered(judge);
  const judged = remembered((name: string): boolean => isSecretKey(name) || (defaults && SIGNATURES.test(name)));
  const inPair = own ? judged : (name: string): boolean => name.length > 2 && mayNameSecret(name) && judged(name);

  const text = (given: string): string => {
    if (patterns.length === 0 && (given.length < SHORTEST || isWord(given))) return given;
    let out = given;
    if (defaults) out = maskShapes(out, replacement);
    if (own || (defaults && mayHoldPair(out))) out = maskPairs(out, inPair, replacement);
    for (const pattern of patterns) out = out.replace(pattern, () => replacement);
    return out;
  };
  const hook = options?.hook;
  return {
    replacement,
    active: defaults || own || patterns.length > 0 || hook !== undefined,
    isSecretKey,
    text,
    key: remembered((key) => factsOf(wellFormed(text(key)), isSecretKey(key))),
    ...(hook === undefined ? {} : { hook: guarded(hook, replacement) }),
  };
}

/** Names that hold a secret only in an address: the signatures of cloud storage links. */
const SIGNATURES = /^(?:sig|signature|x-amz-signature|x-goog-signature|x-amz-credential|code_verifier)$/i;

function factsOf(name: string, secret: boolean): KeyFacts {
  return { name, secret, inherited: name in Object.prototype };
}

/** The same names come again and again: the answer for a short one is kept. */
function remembered<T>(judge: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    if (key.length > CACHED_KEY) return judge(key);
    let answer = known.get(key);
    if (answer === undefined) {
      answer = judge(key);
      if (known.size >= CACHE_SIZE) known.clear();
      known.set(key, answer);
    }
    return answer;
  };
}

function guarded(hook: (value: unknown, path: string) => unknown, replacement: string) {
  return (value: unknown, path: string): unknown => {
    try {
      const kept = hook(value, path);
      // A promise cannot be waited for here, and a forgotten return must not let a secret through.
      if (!isThenable(kept)) return kept === undefined ? replacement : kept;
      quietly(() => kept);
      return replacement;
    } catch {
      return replacement;
    }
  };
}

function stateless(expression: string | RegExp): RegExp {
  const given = expression as RegExp;
  return new RegExp(given.source, given.flags.replace(/[gy]/g, ''));
}

function everywhere(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
}
