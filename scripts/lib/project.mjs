import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder. Tests point it at a copy. */
export const root = process.env.HH_PROJECT_ROOT ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where the scripts keep their own notes; `npm ci` clears it together with what it describes. */
export const cacheFolder = join(root, 'node_modules', '.cache', 'honeyhive-decorators');

export const inRoot = (...parts) => join(root, ...parts);

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The JavaScript file behind an installed command, so that no `.cmd` shim or shell is needed on Windows. */
export function commandFile(packageName, command = packageName.split('/').pop()) {
  for (const folder of [inRoot('node_modules', packageName), inRoot('server', 'node_modules', packageName)]) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { bin } = readJson(join(folder, 'package.json'));
    return join(folder, typeof bin === 'string' ? bin : bin[command]);
  }
  throw new Error(`${packageName} is not installed: run "npm install"`);
}
