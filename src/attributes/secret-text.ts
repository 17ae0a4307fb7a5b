/**
 * Secrets by their shape, inside texts. Every expression here is linear: runs are consumed whole, nothing follows
 * an open repetition that could fail and be tried again (checked by `scripts/check-regexes.mjs`).
 */

/** Something that may be a secret by its shape; cheap, so that most texts are looked at once. */
const SHAPE_HINT =
  /sk-|eyJ|:\/\/|[Bb]earer|[Bb]asic |BEARER|BASIC |AKIA|ASIA|AIza|ya29\.|gh[opusr]_|github_pat_|glpat-|xox|xapp-|[rs]k_|PRIVATE KEY|npm_|hf_|gsk_|whsec_|SG\.|r8_|lsv2_|pplx-|xai-|nvapi-|tvly-|shp[ap]|dop_v1_|hooks\.slack/;

const OPAQUE =
  /(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{10,}|gh[opusr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{12,}|xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|[rs]k_(?:live|test)_[A-Za-z0-9]{8,}|npm_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{16,}|gsk_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{12,}|SG\.[A-Za-z0-9_.-]{16,}|r8_[A-Za-z0-9]{16,}|lsv2_[A-Za-z0-9_]{16,}|pplx-[A-Za-z0-9]{16,}|xai-[A-Za-z0-9]{16,}|nvapi-[A-Za-z0-9_-]{16,}|tvly-[A-Za-z0-9-]{12,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}|dop_v1_[a-f0-9]{16,})/g;
const SK = /\bsk-[A-Za-z0-9_-]{8,}/g;
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+){1,4}/g;
const SCHEME = /\b(bearer|basic)([ \t]{1,4})([A-Za-z0-9._~+/-]{6,}={0,2})/gi;
const URL_PASSWORD = /:\/\/([^\s/:@?#"'<>\\]*):([^\s/?#"'<>\\]+)@/g;
const SLACK_HOOK = /(hooks\.slack\.com\/[a-z]{1,16}\/)[A-Za-z0-9/_-]+/g;

/** `text` without key-shaped values. */
export function maskShapes(text: string, replacement: string): string {
  if (!SHAPE_HINT.test(text)) return text;
  let out = text;
  if (out.includes('PRIVATE KEY')) out = maskPem(out, replacement);
  if (out.includes('sk-'))
    out = out.replace(SK, (found) => (/\d/.test(found) || found.length >= 19 ? replacement : found));
  if (out.includes('eyJ')) out = out.replace(JWT, () => replacement);
  out = out.replace(OPAQUE, () => replacement);
  out = out.replace(SCHEME, (found, scheme: string, gap: string, token: string) =>
    isToken(scheme, token) ? `${scheme}${gap}${replacement}` : found,
  );
  if (out.includes('://')) {
    out = out.replace(URL_PASSWORD, (_found, user: string, password: string) =>
      password === 'x-oauth-basic' || user === ''
        ? `://${user === '' ? '' : replacement}:${replacement}@`
        : `://${user}:${replacement}@`,
    );
  }
  if (out.includes('hooks.slack')) out = out.replace(SLACK_HOOK, (_found, start: string) => `${start}${replacement}`);
  return out;
}

/** Prose has "Basic information" and "bearer bonds"; credentials have a colon inside, or look like no word. */
function isToken(scheme: string, token: string): boolean {
  if (scheme.toLowerCase() === 'basic') return Buffer.from(token, 'base64').toString('latin1').includes(':');
  return scheme !== 'bearer' ? token.length >= 8 || !/^[A-Za-z]+$/.test(token) : !/^[A-Za-z]{1,19}[.-]?$/.test(token);
}

/** Everything between the header and the footer of a private key; without a footer, all the rest. */
function maskPem(text: string, replacement: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', from);
    if (begin < 0) return out + text.slice(from);
    const close = text.indexOf('-----', begin + 11);
    const isPrivate = close >= 0 && close - begin < 80 && text.slice(begin, close).includes('PRIVATE KEY');
    if (!isPrivate) {
      out += text.slice(from, begin + 11);
      from = begin + 11;
      continue;
    }
    out += text.slice(from, begin) + replacement;
    const end = text.indexOf('-----END ', close);
    if (end < 0) return out;
    const last = text.indexOf('-----', end + 9);
    if (last < 0) return out;
    from = last + 5;
  }
}
