import { memberText, wrongTarget } from './errors.js';
import { markSensitive } from './install.js';
import { siteOf } from './site.js';

/**
 * Masks one parameter on spans (legacy code; standard decorators have no parameter decorators, use the option
 * `sensitive` there).
 *
 * @example
 * class Accounts { @Trace() open(name: string, @Sensitive password: string) {} }
 */
export function Sensitive(target: object, key: string | symbol | undefined, index: number): void {
  if (key === undefined || typeof index !== 'number') {
    const place = key === undefined ? 'a constructor' : memberText(key);
    throw wrongTarget(
      '@Sensitive',
      place,
      'it belongs on a parameter of a traced method',
      "In standard decorators use the option sensitive: ['name'].",
    );
  }
  markSensitive(target, key, index);
  const fn = Object.getOwnPropertyDescriptor(target, key)?.value as unknown;
  siteOf(fn)?.sensitiveArgs.add(index);
}
