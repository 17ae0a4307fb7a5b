import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, inRoot } from './project.mjs';

const ignored = new Set(['node_modules', 'dist', '.git']);

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (ignored.has(entry.name)) continue;
    if (entry.isDirectory()) yield* filesUnder(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}

/** One hash over names and contents: times change with every clone, contents do not. */
export function hashOf(paths) {
  const hash = createHash('sha256').update(process.version.split('.')[0]);
  for (const path of paths) {
    for (const file of filesUnder(inRoot(path))) hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

const stampPath = (name) => join(cacheFolder, `${name}.stamp`);

export function isFresh(name, hash, outputs) {
  const path = stampPath(name);
  return (
    outputs.every((output) => existsSync(inRoot(output))) && existsSync(path) && readFileSync(path, 'utf8') === hash
  );
}

export function writeStamp(name, hash) {
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(stampPath(name), hash);
}

function ownerIsGone(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM';
  }
}

/** Two commands started at once (`npm start` beside `npm test`) build one after the other. */
export async function withLock(name, work) {
  const lock = join(cacheFolder, `${name}.lock`);
  mkdirSync(cacheFolder, { recursive: true });
  const deadline = Date.now() + 300_000;
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
      // The pid is written right after the folder is made: give the owner a moment before judging it gone.
      if (tries > 20 && ownerIsGone(lock)) rmSync(lock, { recursive: true, force: true });
      if (Date.now() > deadline) throw new Error(`Another build holds ${lock}; remove it if no build is running.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
