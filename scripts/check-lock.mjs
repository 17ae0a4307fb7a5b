/** The lock file gate: it agrees with package.json, and names no registry but npm's own. */
import { inRoot, readJson } from './lib/project.mjs';

const lock = readJson(inRoot('package-lock.json'));
const problems = [];

for (const [path, { resolved, link, integrity, inBundle }] of Object.entries(lock.packages)) {
  if (path === '' || link || !path.includes('node_modules/')) continue;
  if (resolved && !resolved.startsWith('https://registry.npmjs.org/')) problems.push(`${path} comes from ${resolved}`);
  if (!integrity && !inBundle) problems.push(`${path} has no integrity hash`);
}

for (const folder of ['', 'server']) {
  const manifest = readJson(inRoot(folder, 'package.json'));
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
    const locked = lock.packages[folder]?.[field] ?? {};
    const asked = manifest[field] ?? {};
    for (const name of new Set([...Object.keys(locked), ...Object.keys(asked)])) {
      if (locked[name] !== asked[name]) {
        problems.push(
          `${folder || '.'}/package.json asks for ${name}@${asked[name]}, the lock file knows ${locked[name]}`,
        );
      }
    }
  }
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${Object.keys(lock.packages).length} locked packages looked at.\n`);
if (problems.length > 0) process.exitCode = 1;
