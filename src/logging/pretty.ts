const LEVELS: Readonly<Record<number, readonly [name: string, color: number]>> = {
  10: ['TRACE', 90],
  20: ['DEBUG', 36],
  30: ['INFO', 32],
  40: ['WARN', 33],
  50: ['ERROR', 31],
  60: ['FATAL', 35],
};
/** Known to the reader, or shown elsewhere in the line. */
const HIDDEN: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'name',
  'msg',
  'err',
  'trace_id',
  'span_id',
  'session_id',
]);

/** A line of pino's JSON as a person reads it in a terminal; text that is no such line is returned as it is. */
export function pretty(json: string, colors: boolean): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  if (typeof line !== 'object' || line === null) return json;
  const paint = (code: number, text: string): string => (colors ? `\u001b[${code}m${text}\u001b[39m` : text);
  const [level, color] = LEVELS[line.level as number] ?? [String(line.level), 39];

  const parts = [paint(90, clock(line.time)), paint(color, level.padEnd(5))];
  if (typeof line.name === 'string') parts.push(paint(90, `${safe(line.name)}:`));
  if (typeof line.msg === 'string') parts.push(safe(line.msg));
  for (const key of Object.keys(line)) {
    if (HIDDEN.has(key)) continue;
    const value = line[key];
    parts.push(paint(90, `${safe(key)}=`) + safe(typeof value === 'string' ? value : JSON.stringify(value)));
  }
  if (typeof line.trace_id === 'string') parts.push(paint(90, `trace=${line.trace_id.slice(0, 8)}`));
  const { stack, message } = (line.err ?? {}) as { stack?: unknown; message?: unknown };
  const error = typeof stack === 'string' ? stack : typeof message === 'string' ? message : undefined;
  return `${parts.join(' ')}\n${
    error === undefined
      ? ''
      : `${error
          .split('\n')
          .map((row) => `    ${safe(row)}`)
          .join('\n')}\n`
  }`;
}

function clock(time: unknown): string {
  const date = new Date(typeof time === 'number' ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Data must not be able to steer the terminal, nor to look like a line of its own. */
function safe(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}/gu, '\ufffd').replaceAll('\n', '\n    ');
}
