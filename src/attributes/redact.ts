import { isThenable } from '../base/thenable.js';
import { containsWords, namesSecret, wordsOf } from './secret-keys.js';
import { maskPairs } from './secret-pairs.js';
import { maskShapes } from './secret-text.js';

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

export interface Redactor {
  readonly replacement: string;
  /** Whether anything is masked at all. */
  readonly active: boolean;
  isSecretKey(key: string): boolean;
  /** `text` without the secrets that are recognised in it. */
  text(text: string): string;
  hook?: (value: unknown, path: string) => unknown;
}

const REPLACEMENT = '[REDACTED]';
const CACHE_SIZE = 4096;
const CACHED_KEY = 128;
/** A word that a secret's name has in a text; where none stands, no pair is looked for. */
const PAIR_HINT =
  /pass|pwd|secret|token|key|auth|cookie|credential|jwt|bearer|signature|sig=|ssn|cvv|cvc|otp|credit|card|security|connection/i;
/** The shortest text that is looked at: `pwd=abc`. */
const SHORTEST = 6;

/** The redactor of a tracer; `false` masks nothing. */
export function createRedactor(options: RedactOptions | false | undefined): Redactor {
  if (options === false)
    return { replacement: REPLACEMENT, active: false, isSecretKey: () => false, text: (text) => text };
  const defaults = options?.defaults !== false;
  const replacement = options?.replace ?? REPLACEMENT;
  const names = (options?.keys ?? []).filter((key) => typeof key === 'string').map((key) => wordsOf(key));
  const expressions = (options?.keys ?? []).filter((key) => key instanceof RegExp).map(stateless);
  const patterns = (options?.patterns ?? []).map(everywhere);
  const cache = new Map<string, boolean>();

  const judge = (key: string): boolean => {
    const words = wordsOf(key);
    if (defaults && namesSecret(words)) return true;
    return names.some((name) => containsWords(words, name)) || expressions.some((expression) => expression.test(key));
  };
  const isSecretKey = (key: string): boolean => {
    if (key.length > CACHED_KEY) return judge(key.slice(0, 1024));
    const known = cache.get(key);
    if (known !== undefined) return known;
    if (cache.size >= CACHE_SIZE) cache.clear();
    const secret = judge(key);
    cache.set(key, secret);
    return secret;
  };
  const inPair = (name: string): boolean => isSecretKey(name) || (defaults && SIGNATURES.test(name));
  const own = names.length > 0 || expressions.length > 0;

  const text = (given: string): string => {
    if (given.length < SHORTEST && patterns.length === 0) return given;
    let out = given;
    if (defaults) out = maskShapes(out, replacement);
    if (own || (defaults && PAIR_HINT.test(out))) out = maskPairs(out, inPair, replacement);
    for (const pattern of patterns) out = out.replace(pattern, () => replacement);
    return out;
  };
  const hook = options?.hook;
  return {
    replacement,
    active: defaults || own || patterns.length > 0 || hook !== undefined,
    isSecretKey,
    text,
    ...(hook === undefined ? {} : { hook: guarded(hook, replacement) }),
  };
}

/** Names that hold a secret only in an address: the signatures of cloud storage links. */
const SIGNATURES = /^(?:sig|signature|x-amz-signature|x-goog-signature|x-amz-credential|code_verifier)$/i;

function guarded(hook: (value: unknown, path: string) => unknown, replacement: string) {
  return (value: unknown, path: string): unknown => {
    try {
      const kept = hook(value, path);
      // A promise cannot be waited for here, and a forgotten return must not let a secret through.
      return kept === undefined || isThenable(kept) ? replacement : kept;
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
