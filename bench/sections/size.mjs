import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);
const EXTERNAL = ['@opentelemetry/*', 'axios', 'pino', 'class-validator'];

async function bundled(entry, names) {
  const { build } = require('esbuild');
  const result = await build({
    stdin: { contents: `export { ${names} } from './dist/esm/${entry}';`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: EXTERNAL,
    logLevel: 'silent',
  });
  return result.outputFiles[0].contents.length;
}

function folderBytes(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : folderBytes(path);
    else if (entry.isFile()) bytes += lstatSync(path).size;
  }
  return bytes;
}

/** The package's files and those of everything it depends on, as an installer would lay them out. */
function installed() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  let bytes = folderBytes(join(root, 'dist'));
  const seen = new Set();
  const visit = (names, from) => {
    for (const name of names) {
      let at = from;
      while (!existsSync(join(at, 'node_modules', name, 'package.json'))) {
        const up = join(at, '..');
        if (up === at) return;
        at = up;
      }
      const folder = join(at, 'node_modules', name);
      if (seen.has(folder)) continue;
      seen.add(folder);
      bytes += folderBytes(folder);
      visit(Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies ?? {}), folder);
    }
  };
  visit([...Object.keys(manifest.dependencies), '@opentelemetry/api'], root);
  return { bytes, packages: seen.size };
}

export async function sizeRows() {
  const { bytes, packages } = installed();
  const row = (what, ours, budget) => ({
    what,
    ours,
    other: '',
    ratio: '',
    budget,
    command: 'npm run bench -- --only size',
  });
  const kilobytes = (count) => `${(count / 1000).toFixed(1)} kB`;
  return [
    row('bundle of @Trace alone, minified', kilobytes(await bundled('decorators/index.js', 'Trace')), '≤ 40 kB'),
    row('bundle of @Evaluate', kilobytes(await bundled('decorators/index.js', 'Evaluate'))),
    row('bundle of tracer and @Trace', kilobytes(await bundled('index.js', 'HoneyHiveTracer, Trace'))),
    row(`installed, with ${packages} dependencies`, `${(bytes / 2 ** 20).toFixed(1)} MB`, '≤ 35 MB'),
  ];
}
