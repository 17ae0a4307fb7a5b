import { hasDashedPrefix, hasScheme, hasUnderscoredPrefix, mayHoldShape } from './secret-hints.js';

/**
 * Secrets by their shape, inside texts. Every expression here is linear: runs are consumed whole, nothing follows
 * an open repetition that could fail and be tried again (checked by `scripts/check-regexes.mjs`).
 */
const SK = /\bsk-[A-Za-z0-9_-]{8,}/g;
const DASHED =
  /\b(?:glpat-[A-Za-z0-9_-]{12,}|xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|pplx-[A-Za-z0-9]{16,}|xai-[A-Za-z0-9]{16,}|nvapi-[A-Za-z0-9_-]{16,}|tvly-[A-Za-z0-9-]{12,})/g;
const UNDERSCORED =
  /(?<![A-Za-z0-9])(?:gh[opusr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|[rs]k_(?:live|test)_[A-Za-z0-9]{8,}|npm_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{16,}|gsk_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{12,}|r8_[A-Za-z0-9]{16,}|lsv2_[A-Za-z0-9_]{16,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}|dop_v1_[a-f0-9]{16,})/g;
const CLOUD = /(?<![A-Za-z0-9])A(?:(?:KIA|SIA|BIA|CCA|ROA|IDA)[A-Z0-9]{12,}|Iza[A-Za-z0-9_-]{20,})/g;
const DOTTED = /(?<![A-Za-z0-9])(?:ya29\.[A-Za-z0-9_-]{10,}|SG\.[A-Za-z0-9_.-]{16,})/g;
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+){1,4}/g;
const SCHEME = /\b(bearer|basic)([ \t]{1,4})([A-Za-z0-9._~+/-]{6,}={0,2})/gi;
const URL_PASSWORD = /:\/\/([^\s/:@?#"'<>\\]*):([^\s/?#"'<>\\]+)@/g;
const SLACK_HOOK = /(hooks\.slack\.com\/[a-z]{1,16}\/)[A-Za-z0-9/_-]+/g;

/** `text` without key-shaped values. */
export function maskShapes(text: string, replacement: string): string {
  if (!mayHoldShape(text)) return text;
  const mask = (): string => replacement;
  let out = text;
  if (out.includes('PRIVATE KEY')) out = maskPem(out, replacement);
  if (hasDashedPrefix(out)) {
    out = out
      .replace(SK, (found) => (/\d/.test(found) || found.length >= 19 ? replacement : found))
      .replace(DASHED, mask);
  }
  if (hasUnderscoredPrefix(out)) out = out.replace(UNDERSCORED, mask);
  if (out.includes('J') && out.includes('eyJ')) out = out.replace(JWT, mask);
  if (out.includes('A')) out = out.replace(CLOUD, mask);
  if (out.includes('ya29.') || out.includes('SG.')) out = out.replace(DOTTED, mask);
  if (hasScheme(out)) {
    out = out.replace(SCHEME, (found, scheme: string, gap: string, token: string) =>
      isToken(scheme, token) ? `${scheme}${gap}${replacement}` : found,
    );
  }
  if (out.includes('://') && out.includes('@')) {
    out = out.replace(URL_PASSWORD, (_found, user: string, password: string) => {
      // GitHub takes the token as the user's name.
      const name = password === 'x-oauth-basic' ? replacement : user;
      return `://${name}:${replacement}@`;
    });
  }
  if (out.includes('hooks.slack')) out = out.replace(SLACK_HOOK, (_found, start: string) => `${start}${replacement}`);
  return out;
}

/** Prose has "Basic information" and "bearer bonds"; credentials have a colon inside, or look like no word. */
function isToken(scheme: string, token: string): boolean {
  if (scheme.toLowerCase() === 'basic') return Buffer.from(token, 'base64').toString('latin1').includes(':');
  return !/^[A-Za-z]{1,19}[.-]?$/.test(token);
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
