import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * The file that a name leads to, whether it is there yet or not. SQLite keeps its log beside this one and not beside a
 * link to it; so must be whatever else belongs to the file, or two names of one file would have a lock each.
 */
export function realFile(name: string, links = MOST_LINKS): string {
  const full = resolve(name);
  try {
    return realpathSync(full);
  } catch {
    const folder = dirname(full);
    if (folder === full || links === 0) return full;
    const parent = realFile(folder, links - 1);
    const target = targetOf(full);
    return target === undefined ? join(parent, basename(full)) : realFile(resolve(parent, target), links - 1);
  }
}

/** What a link says, should it be one. */
function targetOf(name: string): string | undefined {
  try {
    return readlinkSync(name);
  } catch {
    return undefined;
  }
}
