import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only its owner may look into it. */
const DIRECTORY_MODE = 0o700;

/**
 * Makes the directory and those above it, level by level: Node's own recursive way never returns on file systems
 * that answer a refusal like a missing parent (`/proc`).
 */
export function makeDirectory(path: string): void {
  if (isThere(path)) return;
  makeDirectory(dirname(path));
  if (!isThere(path)) throw new Error(`${path} cannot be made`);
}

/** False where the parent is missing. Whether what is there can be used shows in its use. */
function isThere(path: string): boolean {
  if (dirname(path) === path) return true;
  try {
    mkdirSync(path, { mode: DIRECTORY_MODE });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'EEXIST') return true;
    throw error;
  }
}
