/**
 * Installs what is missing and nothing else. Needs no package: it compares the lock file with npm's own record of
 * what is installed, and calls npm only when they differ.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, inRoot, readJson, root } from './lib/project.mjs';
import { runNpm, seconds } from './lib/run.mjs';

const notePath = () => join(cacheFolder, 'install.json');
const say = (text) => process.stderr.write(`${text}\n`);

function allows(list, value) {
  if (!list?.length) return true;
  if (list.includes(`!${value}`)) return false;
  const wanted = list.filter((entry) => !entry.startsWith('!'));
  return wanted.length === 0 || wanted.includes('any') || wanted.includes(value);
}

function libc() {
  if (process.platform !== 'linux') return undefined;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

/** Whether npm would install this entry of the lock file on this machine. */
function fitsMachine(entry) {
  return (
    allows(entry.os, process.platform) && allows(entry.cpu, process.arch) && (!entry.libc || allows(entry.libc, libc()))
  );
}

const packagePaths = (lock) => Object.entries(lock.packages ?? {}).filter(([path]) => path.includes('node_modules/'));

/** Names that something installed asks for: an optional package wanted only by one that is not here is no loss. */
function wantedNames(lock, record) {
  const names = new Set();
  for (const [path, entry] of Object.entries(lock.packages ?? {})) {
    if (path.includes('node_modules/') && !record[path]) continue;
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
    for (const name of Object.keys({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
      ...peerDependencies,
    }))
      names.add(name);
  }
  return names;
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/**
 * What the lock file asks for and the disk does not have.
 * @returns {{ required: string[], optional: string[] }} paths such as `node_modules/axios`
 */
export function missingPackages() {
  const lock = readJson(inRoot('package-lock.json'));
  const recordPath = inRoot('node_modules', '.package-lock.json');
  const record = existsSync(recordPath) ? readJson(recordPath).packages : {};
  const required = [];
  const optional = [];
  const wanted = wantedNames(lock, record);
  for (const [path, entry] of packagePaths(lock)) {
    if (!fitsMachine(entry)) continue;
    const there = record[path];
    const same = entry.link ? there?.link : there?.version === entry.version && there?.integrity === entry.integrity;
    if (same && existsSync(inRoot(path))) continue;
    if (!(entry.optional || entry.devOptional)) required.push(path);
    else if (wanted.has(nameOf(path))) optional.push(path);
  }
  return { required, optional };
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');

function readNote() {
  try {
    return readJson(notePath());
  } catch {
    return {};
  }
}

function writeNote(missingOptional) {
  mkdirSync(cacheFolder, { recursive: true });
  const note = { lock: lockHash(), abi: process.versions.modules, missingOptional };
  writeFileSync(notePath(), JSON.stringify(note));
}

/** An optional package that could not be built here stays missing: trying again at every start would only cost time. */
function alreadyTried(missing, note) {
  return (
    missing.required.length === 0 &&
    note.lock === lockHash() &&
    note.abi === process.versions.modules &&
    missing.optional.every((path) => note.missingOptional?.includes(path))
  );
}

async function npm(args, capture = false) {
  say(`> npm ${args.join(' ')}`);
  return (await runNpm([...args, '--no-audit', '--no-fund', '--loglevel=error'], { capture })).code === 0;
}

/** Exactly what the lock file says, into an empty node_modules. */
async function cleanInstall() {
  // It refuses at once a lock file made where a registry lacked the binaries of other platforms.
  const done = await npm(['ci'], true);
  if (!done) say('The lock file does not list every package of this platform: npm completes it.');
  return done;
}

async function installAll(missing) {
  const started = performance.now();
  const fresh = !existsSync(inRoot('node_modules', '.package-lock.json'));
  say(`Installing ${missing.required.length + missing.optional.length} missing packages ...`);
  // `npm ci` empties node_modules first, which is right for a fresh clone only.
  if (!(fresh && (await cleanInstall())) && !(await npm(['install', '--no-save']))) {
    throw new Error('npm could not install the packages; its own message is above.');
  }
  const left = missingPackages();
  if (left.required.length > 0) {
    throw new Error(
      `Still missing after the installation: ${left.required.slice(0, 10).join(', ')}. Remove node_modules and try again.`,
    );
  }
  if (left.optional.length > 0) say(`Optional packages that could not be installed here: ${left.optional.join(', ')}`);
  writeNote(left.optional);
  say(`Installed in ${seconds(started)}.`);
}

/** Whether this Node brings SQLite along, which the server uses where better-sqlite3 does not load. */
function hasOwnSqlite() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** A native package built for another Node version does not load in this one. */
async function prepareForThisNode() {
  if (!hasOwnSqlite()) {
    say('Node changed since the last installation: rebuilding better-sqlite3 ...');
    if (!(await npm(['rebuild', 'better-sqlite3'])))
      throw new Error('better-sqlite3 could not be rebuilt for this Node.');
  }
  writeNote(missingPackages().optional);
}

/** Makes sure that everything in the lock file is installed. Takes milliseconds when it is. */
export async function ensureInstalled() {
  const missing = missingPackages();
  const note = readNote();
  if (missing.required.length + missing.optional.length > 0 && !alreadyTried(missing, note)) {
    await installAll(missing);
    return true;
  }
  if (note.abi === undefined) writeNote(missing.optional);
  else if (note.abi !== process.versions.modules && existsSync(inRoot('node_modules', 'better-sqlite3')))
    await prepareForThisNode();
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const installed = await ensureInstalled();
  if (!installed) say(`Everything in ${join(root, 'package-lock.json')} is installed.`);
}
