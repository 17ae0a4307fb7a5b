import {
  hasCloudStart,
  hasDashedPrefix,
  hasJwtStart,
  hasScheme,
  hasUnderscoredPrefix,
  mayHoldShape,
} from './secret-hints.js';

/**
 * Secrets by their shape, inside texts. Every expression here takes linear time: after its first letters it takes the
 * whole run and cannot fail; length and border are looked at afterwards (checked by `scripts/check-regexes.mjs`).
 */
const DASHED = /(?:sk|glpat|xox[a-z]|xapp|pplx|xai|nvapi|tvly)-[A-Za-z0-9_-]+/g;
const UNDERSCORED =
  /(?:gh[opusr]|github_pat|[rs]k_live|[rs]k_test|npm|hf|gsk|whsec|r8|lsv2|shp(?:at|ca|pa|ss)|dop_v1)_[A-Za-z0-9_+/]+/g;
const AMAZON = /A(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z0-9]+/g;
const GOOGLE = /(?:AIza|ya29\.)[A-Za-z0-9_-]+/g;
const SENDGRID = /SG\.[A-Za-z0-9_.-]+/g;
const JWT = /eyJ[A-Za-z0-9_.-]+/g;
const SCHEME = /\b(bearer|basic)([ \t]+)([A-Za-z0-9._~+/=-]+)/gi;
const URL_PASSWORD = /:\/\/([^\s/:@?#"'<>\\]*):([^\s/?#"'<>\\]+)@/g;
const SLACK_HOOK = /(hooks\.slack\.com\/[a-z]+\/)[A-Za-z0-9/_-]+/g;

/** `text` without key-shaped values. */
export function maskShapes(text: string, replacement: string): string {
  if (!mayHoldShape(text)) return text;
  let out = text;
  if (out.includes('-')) {
    if (out.includes('PRIVATE KEY')) out = maskPem(out, replacement);
    if (hasDashedPrefix(out)) out = maskRuns(out, DASHED, 11, replacement);
  }
  if (hasUnderscoredPrefix(out)) out = maskRuns(out, UNDERSCORED, 16, replacement);
  if (hasJwtStart(out)) out = maskRuns(out, JWT, 12, replacement, '.');
  if (hasCloudStart(out)) {
    out = maskRuns(out, AMAZON, 16, replacement);
    out = maskRuns(out, GOOGLE, 15, replacement);
  }
  if (out.includes('SG.')) out = maskRuns(out, SENDGRID, 19, replacement);
  if (hasScheme(out)) {
    out = out.replace(SCHEME, (found, scheme: string, gap: string, token: string) =>
      isToken(scheme, token) ? `${scheme}${gap}${replacement}` : found,
    );
  }
  return out.includes('://') ? maskAddresses(out, replacement) : out;
}

function maskAddresses(text: string, replacement: string): string {
  let out = text;
  if (out.includes('@')) {
    out = out.replace(URL_PASSWORD, (_found, user: string, password: string) => {
      // GitHub takes the token as the user's name.
      const name = password === 'x-oauth-basic' ? replacement : user;
      return `://${name}:${replacement}@`;
    });
  }
  return out.includes('.slack.com/')
    ? out.replace(SLACK_HOOK, (_found, start: string) => `${start}${replacement}`)
    : out;
}

/** Masks the runs that begin a word, are long enough, and hold what only keys hold: a digit, or `sign`. */
function maskRuns(text: string, expression: RegExp, least: number, replacement: string, sign?: string): string {
  return text.replace(expression, (found: string, at: number) => {
    if (found.length < least || (at > 0 && isAlphanumeric(text.charCodeAt(at - 1)))) return found;
    if (sign !== undefined) return found.slice(0, -1).includes(sign) ? replacement : found;
    return /\d/.test(found) || isOneWord(found) ? replacement : found;
  });
}

/** `sk-learn-a-lot` is a phrase, `sk-abcdefghijklmnopqrst` is none. */
function isOneWord(run: string): boolean {
  return run.length >= 19 && !/^[a-z0-9]{1,9}(?:[-_][a-z]{1,9})+$/.test(run);
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Prose has "Basic information" and "bearer bonds"; credentials have a colon inside, or look like no word. */
function isToken(scheme: string, token: string): boolean {
  if (token.length < 6) return false;
  if (scheme.toLowerCase() === 'basic') return Buffer.from(token, 'base64').toString('latin1').includes(':');
  return !/^[A-Z]?[a-z]{1,19}[.-]?$/.test(token);
}

/** Everything between the header and the footer of a private key; without a footer, all the rest. */
function maskPem(text: string, replacement: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', from);
    if (begin < 0) return out + text.slice(from);
    const label = text.slice(begin + 11, begin + 80);
    const close = label.indexOf('-----');
    if (close < 0 || !label.slice(0, close).includes('PRIVATE KEY')) {
      out += text.slice(from, begin + 11);
      from = begin + 11;
      continue;
    }
    out += text.slice(from, begin) + replacement;
    const end = text.indexOf('-----END ', begin + 11);
    const last = end < 0 ? -1 : text.indexOf('-----', end + 9);
    if (last < 0) return out;
    from = last + 5;
  }
}
