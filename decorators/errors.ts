import { HoneyHiveError } from '../src/base/errors.js';

/** A decorator on something it cannot trace: says what it is, where, and what to do instead. */
export function wrongTarget(decorator: string, place: string, found: string, remedy: string): HoneyHiveError {
  return new HoneyHiveError('decorator', `${decorator} on ${place}: ${found}. ${remedy}`);
}

export function memberText(name: PropertyKey): string {
  return typeof name === 'symbol' ? `[${name.description ?? ''}]` : String(name);
}
