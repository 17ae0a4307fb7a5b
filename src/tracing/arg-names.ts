/** What the source of a function says of its parameters. */
export interface ArgNames {
  /** By position; undefined where the parameter has no plain name. */
  readonly names: readonly (string | undefined)[];
  /** Position of the rest parameter, or -1. */
  readonly rest: number;
  /** Defaults that are literals, by position. */
  readonly defaults: ReadonlyMap<number, unknown>;
}

const NOTHING: ArgNames = { names: [], rest: -1, defaults: new Map() };
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const OPEN = '([{';
const CLOSE = ')]}';

/** Reads the parameters of a function from its source. When the source is not understood no name is given, never a wrong one. */
export function argNamesOf(fn: (...args: never[]) => unknown): ArgNames {
  let source: string;
  try {
    source = Function.prototype.toString.call(fn);
  } catch {
    return NOTHING;
  }
  if (source.endsWith('{ [native code] }')) return NOTHING;
  try {
    return read(split(parameterList(source)));
  } catch {
    return NOTHING;
  }
}

/** The text between the parentheses of the parameters; of an arrow without them, its one name. */
function parameterList(source: string): string {
  const text = blank(source);
  const name = loneParameter(text);
  if (name !== undefined) return name;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    // A computed name comes before the parameters: `[key](a, b) {}`.
    if (char === '[') depth++;
    else if (char === ']') depth--;
    else if (char === '(' && depth === 0) return source.slice(at + 1, closing(text, at));
    else if (char === '{' && depth === 0) break;
  }
  throw new SyntaxError('no parameters');
}

/** The parameter of `name => ...` and `async name => ...`. */
function loneParameter(text: string): string | undefined {
  const arrow = text.indexOf('=>');
  if (arrow < 0) return undefined;
  const words = text
    .slice(0, arrow)
    .trim()
    .split(' ')
    .filter((word) => word.trim() !== '');
  const name = words.length === 2 && words[0] === 'async' ? words[1] : words[0];
  return words.length <= 2 &&
    name !== undefined &&
    IDENTIFIER.test(name) &&
    (words.length === 1 || words[0] === 'async')
    ? name
    : undefined;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at] as string;
    if (OPEN.includes(char)) depth++;
    else if (CLOSE.includes(char) && --depth === 0) return at;
  }
  throw new SyntaxError('unclosed');
}

/** The parameters, cut at the commas that belong to no bracket. */
function split(list: string): string[] {
  const text = blank(list);
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === undefined || (char === ',' && depth === 0)) {
      parts.push(list.slice(from, at));
      from = at + 1;
    } else if (OPEN.includes(char)) depth++;
    else if (CLOSE.includes(char)) depth--;
  }
  if ((parts.at(-1) as string).trim() === '') parts.pop();
  return parts;
}

function read(parameters: string[]): ArgNames {
  const names: (string | undefined)[] = [];
  const defaults = new Map<number, unknown>();
  let rest = -1;
  parameters.forEach((parameter, index) => {
    const text = blank(parameter);
    const equals = text.search(/=(?!>)/);
    let name = (equals < 0 ? text : text.slice(0, equals)).trim();
    if (name.startsWith('...')) {
      rest = index;
      name = name.slice(3).trim();
    }
    names.push(IDENTIFIER.test(name) ? name : undefined);
    if (equals >= 0) {
      const literal = literalOf(parameter.slice(equals + 1).trim());
      if (literal !== undefined) defaults.set(index, literal.value);
    }
  });
  return { names, rest, defaults };
}

function literalOf(source: string): { value: unknown } | undefined {
  if (/^-?(?:\d+(?:\.\d+)?|true|false|null)$/.test(source)) return { value: JSON.parse(source) };
  const text = /^'([^'\\]*)'$|^"([^"\\]*)"$|^`([^`\\$]*)`$/.exec(source);
  return text === null ? undefined : { value: text[1] ?? text[2] ?? text[3] };
}

/**
 * The source with comments, and the insides of texts and regular expressions, replaced by blanks of the same length, so
 * that brackets and commas in them do not count. What is not understood further down, in the body, does no harm: the
 * parameters come first.
 */
function blank(source: string): string {
  let out = '';
  let at = 0;
  let last = '';
  const skipTo = (end: number): void => {
    out += ' '.repeat(Math.max(0, end - at));
    at = end;
  };
  while (at < source.length) {
    const char = source[at] as string;
    const next = source[at + 1];
    if (char === '/' && next === '/') {
      const end = source.indexOf('\n', at);
      skipTo(end < 0 ? source.length : end);
    } else if (char === '/' && next === '*') {
      const end = source.indexOf('*/', at + 2);
      skipTo(end < 0 ? source.length : end + 2);
    } else if (char === '"' || char === "'") {
      skipTo(endOfText(source, at));
      last = '"';
    } else if (char === '`') {
      skipTo(endOfTemplate(source, at));
      last = '"';
    } else if (char === '/' && (last === '' || '=([{,;:?!&|+-*%~^<>'.includes(last))) {
      skipTo(endOfRegex(source, at));
      last = '"';
    } else {
      out += char;
      if (char.trim() !== '') last = char;
      at++;
    }
  }
  return out;
}

function endOfText(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}

function endOfTemplate(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return at + 1;
    else if (source[at] === '$' && source[at + 1] === '{') at = closing(blankFrom(source, at + 1), at + 1);
  }
  return source.length;
}

/** The source from an opening bracket on, blanked, with what stands before it kept as padding. */
function blankFrom(source: string, from: number): string {
  let depth = 0;
  let at = from;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === '"' || char === "'") at = endOfText(source, at);
    else if (char === '`') at = endOfTemplate(source, at);
    else {
      if (OPEN.includes(char)) depth++;
      else if (CLOSE.includes(char) && --depth === 0) break;
      at++;
    }
  }
  return `${' '.repeat(from)}(${' '.repeat(Math.max(0, at - from - 1))})`;
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '\n') break;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return source.length;
}
