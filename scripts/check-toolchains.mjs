/**
 * `npm run check:toolchains`: the same decorated programs, compiled by every compiler users bring, in both decorator
 * worlds, against the packed SDK. Every one must run and make the same spans. Names after `--` pick toolchains.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { inRoot } from './lib/project.mjs';
import { runNpm, seconds } from './lib/run.mjs';

const update = process.argv.includes('--update');
const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const home = inRoot('test', 'toolchains');
const toolchains = readdirSync(home).filter((name) => existsSync(join(home, name, 'package.json')));

const unknown = asked.filter((name) => !toolchains.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No toolchain is called ${unknown.join(', ')}; there are ${toolchains.join(', ')}.\n`);
  process.exit(2);
}

await ensureInstalled();
await build(['sdk']);
const folder = mkdtempSync(join(tmpdir(), 'honeyhive-toolchains-'));

async function pack() {
  const result = await runNpm(['pack', '--pack-destination', folder, '--ignore-scripts', '--silent'], {
    capture: true,
  });
  if (result.code !== 0) throw new Error(`npm pack failed:\n${result.output}`);
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );
}

async function install(name, tarball) {
  const place = join(folder, name);
  cpSync(join(home, name), place, { recursive: true, filter: (source) => !source.includes('node_modules') });
  cpSync(join(home, 'programs'), join(place, 'programs'), { recursive: true });
  cpSync(inRoot('test', 'types'), join(place, 'types'), { recursive: true });
  const args = [
    'install',
    tarball,
    '@opentelemetry/api@^1.9.0',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  const result = await runNpm(args, { cwd: place, capture: true, timeoutMs: 300_000 });
  if (result.code !== 0) throw new Error(`npm install failed:\n${result.output}`);
  return place;
}

/** The spans a program printed, in a form that can be read and compared. */
function spansIn(output) {
  const line = /^SPANS (.*)$/m.exec(output)?.[1];
  return line && `${JSON.stringify(JSON.parse(line), null, 2)}\n`;
}

async function runWorld(place, world) {
  const { code, output } = await runNpm(['run', '--silent', world], { cwd: place, capture: true, timeoutMs: 180_000 });
  const spans = spansIn(output);
  if (code !== 0 || !spans) return `exit code ${code}:\n${output.trim()}`;
  const expectedFile = join(home, 'programs', `${world}.spans.json`);
  if (update) writeFileSync(expectedFile, spans);
  return spans === readFileSync(expectedFile, 'utf8') ? undefined : `other spans than in ${expectedFile}:\n${spans}`;
}

let failed = 0;
try {
  const tarball = await pack();
  for (const name of toolchains) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const started = performance.now();
    const place = await install(name, tarball);
    for (const world of ['legacy', 'tc39']) {
      const problem = await runWorld(place, world);
      if (problem) failed += 1;
      process.stdout.write(
        `${problem ? 'FAILED' : 'ok    '}  ${name.padEnd(8)}  ${world.padEnd(6)}  ${seconds(started)}${problem ? `\n${problem}` : ''}\n`,
      );
    }
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.stdout.write(failed > 0 ? `\n${failed} failed\n` : '\nEvery toolchain makes the same spans.\n');
process.exitCode = failed > 0 ? 1 : 0;
