/**
 * `npm run test:clients`: installs other people's clients beside their tests, where they are not there yet, and runs them
 * against the local server. Two hundred packages: `npm test` runs these tests only once they are there.
 */
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { commandFile, inRoot, readJson } from './lib/project.mjs';
import { runNode, runNpm, seconds } from './lib/run.mjs';

const folder = inRoot('test', 'clients');

function installed() {
  const { dependencies } = readJson(inRoot('test', 'clients', 'package.json'));
  return Object.entries(dependencies).every(([name, wanted]) => {
    const manifest = inRoot('test', 'clients', 'node_modules', name, 'package.json');
    return existsSync(manifest) && (!/^\d/.test(wanted) || readJson(manifest).version === wanted);
  });
}

try {
  await ensureInstalled();
  await build();
  if (!installed()) {
    const started = performance.now();
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code, output } = await runNpm(args, { cwd: folder, capture: true, timeoutMs: 300_000 });
    if (code !== 0 || !installed()) throw new Error(`npm ci in test/clients failed:\n${output}`);
    process.stderr.write(`Installed the clients in ${seconds(started)}.\n`);
  }
  const { code, output } = await runNode(
    [commandFile('jest'), '--ci', '--selectProjects', 'legacy', '--testPathPatterns', 'test/clients/'],
    { capture: true },
  );
  const passed = /^Tests: .*[1-9]\d* passed.*$/m.exec(output)?.[0];
  process.stdout.write(code === 0 && passed !== undefined ? `${passed}\n` : `${output}\n`);
  process.exitCode = code === 0 && passed !== undefined && !passed.includes('skipped') ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
