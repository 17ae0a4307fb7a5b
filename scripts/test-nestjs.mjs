/**
 * `npm run test:nestjs`: installs NestJS beside its tests, where it is not there yet, and holds a decorated application
 * against the same one undecorated. `npm test` leaves this out: it needs packages that nothing else does.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { commandFile, inRoot, root } from './lib/project.mjs';
import { runNode, runNpm, seconds } from './lib/run.mjs';

const folder = inRoot('test', 'nestjs');
const modules = join(folder, 'node_modules');
const stamp = join(modules, '.installed');

async function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const started = performance.now();
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(args, { cwd: folder, capture: true, timeoutMs: 300_000 });
  if (code !== 0) throw new Error(`npm ci in test/nestjs failed:\n${output}`);
  symlinkSync(root, join(modules, 'honeyhive-decorators'), 'junction');
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed NestJS in ${seconds(started)}.\n`);
}

async function succeed(what, args) {
  const { code, output } = await runNode(args, { cwd: folder, capture: true, timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${what} failed:\n${output}`);
  return output;
}

try {
  await ensureInstalled();
  await build(['sdk']);
  await install();
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  await succeed('The compiler', [commandFile('typescript', 'tsc'), '-p', folder, '--pretty', 'false']);
  const output = await succeed('The test', ['--test', '--test-reporter=tap', join(folder, 'dist', 'nestjs.spec.js')]);
  const passed = Number(/^# pass (\d+)/m.exec(output)?.[1] ?? 0);
  process.stdout.write(`NestJS: ${passed} tests passed.\n`);
  process.exitCode = passed >= 20 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
