import type { Literal } from './ast.js';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Numbers, durations in milliseconds, true and false; everything else is text. */
export function literalOf(text: string): Literal {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) return Number(text);
  return durationOf(text) ?? text;
}

/** Milliseconds of `5m` or `1.5s`. */
function durationOf(text: string): number | undefined {
  const duration = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return duration ? Number(duration[1]) * (UNITS[duration[2] as string] as number) : undefined;
}

/** A number below is no time of ours in Unix milliseconds (before March 1973), but one back from now. */
const FIRST_TIME = 1e11;

/**
 * The moment a text stands for, in Unix milliseconds: an ISO time, a year, Unix milliseconds in digits, or a span back from
 * now such as `24h`, which is `ago`.
 */
export function momentOf(written: Literal): { ms: number; ago: boolean } | undefined {
  const text = String(written).trim();
  const literal = /^(19|20)\d\d$/.test(text) ? text : literalOf(text);
  if (typeof literal === 'number') {
    const ago = literal < FIRST_TIME;
    return { ms: ago ? Date.now() - literal : literal, ago };
  }
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : { ms, ago: false };
}
