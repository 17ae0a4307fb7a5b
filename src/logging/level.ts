import { warn } from '../base/warn.js';

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
/** As other languages call them. */
const ALIASES: Readonly<Record<string, string>> = {
  warning: 'warn',
  critical: 'fatal',
  exception: 'error',
  off: 'silent',
  none: 'silent',
};

/** A level's name as pino knows it; `info` where none is given, with a warning where it is unknown. */
export function levelOf(given: string | undefined, from: string): string {
  const name = given?.trim().toLowerCase() ?? '';
  if (name === '') return 'info';
  const level = Object.hasOwn(ALIASES, name) ? (ALIASES[name] as string) : name;
  if (LEVELS.has(level)) return level;
  warn(
    `log-level`,
    `${from} ${JSON.stringify(name.slice(0, 40))} is no log level: use ${[...LEVELS].join(', ')}; info is used`,
  );
  return 'info';
}
