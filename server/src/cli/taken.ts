import { CliError } from './errors.js';

/**
 * Refuses what a command does not take. If it were passed over, `prune --q old --keep 0` would remove everything, and
 * of several arguments one alone would count. `most`: the most arguments it takes.
 */
export function refuseRest(
  name: string,
  takes: readonly string[],
  most: number,
  flags: Readonly<Record<string, unknown>>,
  args: readonly string[],
): void {
  const flag = Object.keys(flags).find((one) => !takes.includes(one));
  const argument = args[most];
  if (flag === undefined && argument === undefined) return;
  const what = flag === undefined ? `'${argument}'` : `--${flag}`;
  const all = [...(most === 1 ? ['one argument'] : []), ...takes.map((one) => `--${one}`)];
  throw new CliError(`${name} does not take ${what}; it takes ${all.join(', ')}`);
}
