/**
 * Whether a text may hold a secret at all. Most texts hold none, and every captured text is asked, so this looks for
 * rare characters with `indexOf`, which is several times faster than one large expression.
 */

/** Up to this length one expression is quicker than several searches. */
const SHORT = 40;
/** No key is shorter than this, but the password in an address may be. */
const SHORTEST_SHAPE = 11;
const SHAPES =
  /sk-|eyJ|:\/\/|bearer|basic |A(?:KIA|SIA|BIA|CCA|ROA|IDA|Iza)|ya29\.|gh[opusr]_|b_pat_|glpat-|xox.-|xapp-|[rs]k_|PRIVATE KEY|npm_|hf_|whsec_|SG\.|r8_|lsv2_|pplx-|xai-|nvapi-|tvly-|shp[acps][ats]_|p_v1_|hooks\.slack/i;
/** What stands before a dash or an underscore in the keys of well-known services. */
const BEFORE_DASH = byLastLetter(['sk', 'glpat', 'xapp', 'pplx', 'xai', 'nvapi', 'tvly']);
const BEFORE_UNDERSCORE = byLastLetter(['rk', 'sk', 'npm', 'hf', 'whsec', 'r8', 'lsv2', 'b_pat', 'p_v1']);
const AFTER_B = ['earer', 'EARER', 'asic ', 'ASIC '];
const S = 0x73;
const X = 0x78;
const H = 0x68;
const P = 0x70;
const COLON = 0x3a;
const EQUALS = 0x3d;
const PERCENT = 0x25;
/** A word that every secret's name has. */
const NAMES =
  /pass|pwd|secret|token|key|auth|cookie|credential|jwt|bearer|sig|ssn|cv[vc]|otp|card|security|connection|code_verifier/i;

/** Whether a key-shaped value may stand in a short text; true for every longer one. */
export function mayHoldShape(text: string): boolean {
  if (text.length < SHORTEST_SHAPE) return text.includes('://');
  return text.length > SHORT || SHAPES.test(text);
}

/** A text as short as most words, without one of the signs that a pair or an address has. */
export function isWord(text: string): boolean {
  if (text.length >= SHORTEST_SHAPE) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON || code === EQUALS || code === PERCENT) return false;
  }
  return true;
}

/** Whether a pair such as `password=...` may stand in `text`. */
export function mayHoldPair(text: string): boolean {
  return text.includes(':') || text.includes('=') || text.includes('%3');
}

/** Whether a name is worth a closer look: most words before a colon are none of a secret's. */
export function mayNameSecret(name: string): boolean {
  return NAMES.test(name);
}

/** `bearer` or `basic`, in one of their usual spellings, looked for by the first letter. */
export function hasScheme(text: string): boolean {
  for (let at = text.indexOf('B'); at >= 0; at = text.indexOf('B', at + 1)) {
    for (const rest of AFTER_B) if (text.startsWith(rest, at + 1)) return true;
  }
  for (let at = text.indexOf('b'); at >= 0; at = text.indexOf('b', at + 1)) {
    if (text.charCodeAt(at + 2) === S ? text.startsWith('asic ', at + 1) : text.startsWith('earer', at + 1))
      return true;
  }
  return false;
}

/** `eyJ`, looked for by its rarest letter. */
export function hasJwtStart(text: string): boolean {
  for (let at = text.indexOf('J', 2); at > 0; at = text.indexOf('J', at + 1)) {
    if (text.charCodeAt(at - 1) === 0x79 && text.charCodeAt(at - 2) === 0x65) return true;
  }
  return false;
}

/** `AKIA` and its kin, four letters of which the first and the last are an A, or `AIza`. */
export function hasCloudStart(text: string): boolean {
  for (let at = text.indexOf('A'); at >= 0; at = text.indexOf('A', at + 1)) {
    if (text.charCodeAt(at + 3) === 0x41 || text.startsWith('Iza', at + 1)) return true;
  }
  // The end of `ya29.`: digits are rarer than the letter y.
  return text.includes('29.');
}

export function hasDashedPrefix(text: string): boolean {
  for (let at = text.indexOf('-', 2); at > 0; at = text.indexOf('-', at + 1)) {
    if (endsWithOne(text, at, BEFORE_DASH)) return true;
    if (text.charCodeAt(at - 2) === X && text.startsWith('xox', at - 4)) return true;
  }
  return false;
}

export function hasUnderscoredPrefix(text: string): boolean {
  for (let at = text.indexOf('_', 2); at > 0; at = text.indexOf('_', at + 1)) {
    if (endsWithOne(text, at, BEFORE_UNDERSCORE)) return true;
    if (text.charCodeAt(at - 2) === H && text.startsWith('gh', at - 3)) return true;
    if (text.charCodeAt(at - 3) === P && text.startsWith('shp', at - 5)) return true;
  }
  return false;
}

type ByLastLetter = ReadonlyMap<number, readonly string[]>;

function byLastLetter(prefixes: readonly string[]): ByLastLetter {
  const table = new Map<number, string[]>();
  for (const prefix of prefixes) {
    const last = prefix.charCodeAt(prefix.length - 1);
    table.set(last, [...(table.get(last) ?? []), prefix]);
  }
  return table;
}

function endsWithOne(text: string, at: number, prefixes: ByLastLetter): boolean {
  const found = prefixes.get(text.charCodeAt(at - 1));
  return found?.some((prefix) => text.startsWith(prefix, at - prefix.length)) === true;
}
