/**
 * `npm run test:clients`: installs other people's clients beside their tests, where they are not there yet, and runs them
 * against the local server. Two hundred packages: `npm test` runs these tests only once they are there. They stand in
 * folders of their own because Langfuse and the AI SDK take another major version of OpenTelemetry than Traceloop.
 */
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { commandFile, inRoot, readJson } from './lib/project.mjs';
import { runNode, runNpm, seconds } from './lib/run.mjs';

const folders = [
  ['test', 'clients'],
  ['test', 'clients', 'langfuse'],
  ['test', 'clients', 'ai-sdk'],
];

function installed(folder) {
  const { dependencies } = readJson(inRoot(...folder, 'package.json'));
  return Object.entries(dependencies).every(([name, wanted]) => {
    const manifest = inRoot(...folder, 'node_modules', name, 'package.json');
    return existsSync(manifest) && (!/^\d/.test(wanted) || readJson(manifest).version === wanted);
  });
}

try {
  await ensureInstalled();
  await build();
  for (const folder of folders.filter((one) => !installed(one))) {
    const started = performance.now();
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code, output } = await runNpm(args, { cwd: inRoot(...folder), capture: true, timeoutMs: 300_000 });
    if (code !== 0 || !installed(folder)) throw new Error(`npm ci in ${folder.join('/')} failed:\n${output}`);
    process.stderr.write(`Installed the clients of ${folder.join('/')} in ${seconds(started)}.\n`);
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
