/**
 * Builds what is stale: the SDK for Node (as CommonJS and as ES modules) and for bundlers, the local server, its page, the sample.
 * A part is stale when the content of its sources, its settings or its compiler changed.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { cacheFolder, commandFile, inRoot } from './lib/project.mjs';
import { runNode, seconds } from './lib/run.mjs';
import { hashOf, isFresh, withLock, writeStamp } from './lib/stamp.mjs';

const compiler = 'node_modules/typescript/package.json';
const sdkSources = ['index.ts', 'src', 'decorators', 'evaluators', 'testing'];
const sdkSettings = ['tsconfig.json', 'tsconfig.cjs.json', 'tsconfig.esm.json', 'scripts/build.mjs', compiler];

/** Takes the place of the old folder at once, so that a reader never meets half a build. */
function replaceFolder(from, to) {
  const old = join(cacheFolder, 'old');
  rmSync(old, { recursive: true, force: true });
  try {
    if (existsSync(to)) renameSync(to, old);
    renameSync(from, to);
  } catch {
    // Windows refuses to rename a folder somebody has open.
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

async function tsc(args) {
  return runNode([commandFile('typescript', 'tsc'), ...args, '--pretty', 'false'], { capture: true });
}

const nextFolder = (type) => join(cacheFolder, `${type}-next`);

async function compile(config, type, extra = []) {
  const next = nextFolder(type);
  rmSync(next, { recursive: true, force: true });
  const result = await tsc(['-p', config, '--outDir', next, ...extra]);
  if (result.code === 0) describePackage(next, type);
  return result;
}

function describePackage(folder, type) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type, sideEffects: false }, null, 2)}\n`);
}

/** `require` does not exist in ES modules; the one file that needs it gets its own. */
const REQUIRE = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";

function giveRequire(folder) {
  const file = join(folder, 'src', 'base', 'load.js');
  writeFileSync(file, REQUIRE + readFileSync(file, 'utf8'));
}

const doors = ['index', 'decorators/index', 'evaluators/index', 'testing/index'];

/** esbuild calls a class that names itself `_Name` inside and so for everybody who asks; here it keeps its own name. */
function keepClassNames(code) {
  let kept = code;
  for (const [, name] of code.matchAll(/^var (\w+) = class _\1\b/gm))
    kept = kept.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name);
  return kept;
}

/**
 * For Node, the modules in a handful of files, as CommonJS beside the types: loading some two hundred costs three times
 * as much. Bundlers get them one by one (the condition `module`), since they drop what is not used file by file.
 */
async function gather() {
  const { build, transform } = await import('esbuild');
  const to = nextFolder('commonjs');
  await build({
    ...fromDoors,
    outdir: to,
    // Only ES modules can be divided into parts that doors share; each part is made CommonJS afterwards.
    splitting: true,
  });
  for (const name of readdirSync(to, { recursive: true }).map(String)) {
    if (!name.endsWith('.js')) continue;
    const { code } = await transform(readFileSync(join(to, name), 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // As modules are by themselves.
      banner: '"use strict";',
      // Like TypeScript: what is imported late is required late. A test runner's CommonJS knows nothing else.
      supported: { 'dynamic-import': false },
    });
    writeFileSync(join(to, name), exportValues(keepClassNames(requireLate(code))));
  }
}

/**
 * OpenTelemetry's API is most of what importing this package would load. It is required when any of it is first used: by
 * the first tracer, and not where decorators alone are imported. What it exports is kept from then on, since its exports
 * are getters, which cost at every call.
 */
function requireLate(code) {
  const imports = /^var (import_\w+) = require\("(@opentelemetry\/(?:api|context-async-hooks))"\);\n/gm;
  const used = new Map();
  let late = code;
  for (const [line, name, id] of code.matchAll(imports)) {
    const keys = used.get(id) ?? new Set();
    used.set(id, keys);
    const short = id.split('/')[1].replaceAll('-', '_');
    late = late.replace(line, '').replaceAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'), (_, key) => {
      keys.add(key);
      return `(${short}_${key} ?? load_${short}().${key})`;
    });
  }
  const loaders = [...used].map(([id, keys]) => {
    const short = id.split('/')[1].replaceAll('-', '_');
    const kept = [...keys].map((key) => `${key}: ${short}_${key}`).join(', ');
    return `var ${[...keys].map((key) => `${short}_${key}`).join(', ')};
function load_${short}() {
  const loaded = require("${id}");
  ({ ${kept} } = loaded);
  return loaded;
}
`;
  });
  return late.replace(/^"use strict";\n/, (strict) => strict + loaders.join(''));
}

/** esbuild exports getters that ask getters, at every call from file to file; by the end of a file all has its value. */
function exportValues(code) {
  const getters = /__export\(stdin_exports, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = __toCommonJS\(stdin_exports\);\n/;
  const found = getters.exec(code);
  if (!found) throw new Error('esbuild writes exports in another way than scripts/build.mjs knows.');
  const values = found[1].replaceAll(/: \(\) => /g, ': ');
  const end = `module.exports = {\n${values}\n};\nObject.defineProperty(module.exports, "__esModule", { value: true });\n`;
  return code.replace(getters, '') + end;
}

/** `import` in Node reaches the same code as `require`: there is one copy of it in a process, and one to load. */
async function openDoors() {
  const { build } = await import('esbuild');
  const to = nextFolder('node');
  rmSync(to, { recursive: true, force: true });
  describePackage(to, 'module');
  const { metafile } = await build({ ...fromDoors, outdir: to, write: false, metafile: true });
  for (const [file, { exports }] of Object.entries(metafile.outputs)) {
    const door = relative(to, resolve(file)).replaceAll('\\', '/');
    const up = '../'.repeat(door.split('/').length);
    mkdirSync(dirname(join(to, door)), { recursive: true });
    writeFileSync(join(to, door), `export { ${exports.toSorted().join(', ')} } from '${up}cjs/${door}';\n`);
  }
}

const fromDoors = {
  entryPoints: doors.map((door) => join(nextFolder('module'), `${door}.js`)),
  outbase: nextFolder('module'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  target: 'node20',
  logLevel: 'error',
};

async function buildSdk() {
  // One pass checks the types and writes them; the other one, beside it, only emits.
  const passes = await Promise.all([
    compile('tsconfig.cjs.json', 'commonjs', ['--emitDeclarationOnly']),
    compile('tsconfig.esm.json', 'module', ['--noCheck']),
  ]);
  const failed = passes.find(({ code }) => code !== 0);
  if (failed) throw new Error(`The SDK does not compile:\n${failed.output.trim()}`);
  await gather();
  await openDoors();
  giveRequire(nextFolder('module'));
  mkdirSync(inRoot('dist'), { recursive: true });
  replaceFolder(nextFolder('node'), inRoot('dist/node'));
  replaceFolder(nextFolder('commonjs'), inRoot('dist/cjs'));
  replaceFolder(nextFolder('module'), inRoot('dist/esm'));
}

/** The page lives inside the server's folder and is built on its own: it moves along. */
async function buildServer() {
  const next = join(cacheFolder, 'server-next');
  rmSync(next, { recursive: true, force: true });
  await buildWith('The server', 'server', ['--outDir', next]);
  if (existsSync(inRoot('server/dist/web'))) cpSync(inRoot('server/dist/web'), `${next}/web`, { recursive: true });
  replaceFolder(next, inRoot('server/dist'));
}

async function buildWith(what, config, extra = []) {
  const result = await tsc(['-p', config, ...extra]);
  if (result.code !== 0) throw new Error(`${what} does not compile:\n${result.output.trim()}`);
}

const pageConfig = [
  'server/web/vite.config.ts',
  'server/vite.config.ts',
  'server/web/vite.config.mts',
  'server/vite.config.mts',
];

async function buildPage(config) {
  const folder = config.slice(0, config.lastIndexOf('/'));
  const args = [commandFile('vite'), 'build', '--logLevel', 'warn', '--config', inRoot(config)];
  const result = await runNode(args, { cwd: inRoot(folder), capture: true });
  if (result.code !== 0) throw new Error(`The page does not build:\n${result.output.trim()}`);
}

function parts() {
  const list = [
    {
      name: 'sdk',
      label: 'SDK (CommonJS and ES modules)',
      inputs: [...sdkSources, ...sdkSettings],
      outputs: ['dist/cjs/index.js', 'dist/esm/index.js', 'dist/node/index.js'],
      work: buildSdk,
      there: existsSync(inRoot('index.ts')),
    },
    {
      name: 'server',
      label: 'local server',
      inputs: ['server/src', 'server/tsconfig.json', 'server/package.json', compiler],
      outputs: ['server/dist/cli.js'],
      work: buildServer,
      there: existsSync(inRoot('server/tsconfig.json')),
    },
  ];
  const config = pageConfig.find((path) => existsSync(inRoot(path)));
  list.push({
    name: 'page',
    label: 'page of the local server',
    inputs: ['server/web', config ?? '', 'node_modules/vite/package.json'],
    outputs: ['server/dist/web/index.html'],
    work: () => buildPage(config),
    there: config !== undefined,
  });
  list.push({
    name: 'atlas',
    label: 'sample',
    inputs: ['samples/atlas', ...sdkSources, compiler],
    outputs: ['samples/atlas/dist/main.js'],
    work: () => buildWith('The sample', 'samples/atlas/tsconfig.json'),
    there: existsSync(inRoot('samples/atlas/tsconfig.json')),
  });
  return list;
}

async function buildPart(part) {
  const started = performance.now();
  const hash = hashOf(part.inputs);
  if (isFresh(part.name, hash, part.outputs)) return false;
  await part.work();
  writeStamp(part.name, hash);
  process.stderr.write(`Built the ${part.label} in ${seconds(started)}.\n`);
  return true;
}

/** Builds every stale part, or only those named. Throws with the compiler's own words when one fails. */
export async function build(only) {
  return withLock('build', async () => {
    let built = 0;
    for (const part of parts()) {
      if (part.there && (!only?.length || only.includes(part.name))) built += Number(await buildPart(part));
    }
    return built;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureInstalled();
    if ((await build(process.argv.slice(2))) === 0)
      process.stderr.write('Nothing to build: everything is up to date.\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
