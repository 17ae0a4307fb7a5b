/** `npm test`: installs what is missing, builds what is stale, runs jest. Arguments go to jest. */
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { commandFile } from './lib/project.mjs';
import { runNode } from './lib/run.mjs';

try {
  await ensureInstalled();
  await build();
  const jest = [commandFile('jest'), '--passWithNoTests', ...process.argv.slice(2)];
  process.exitCode = (await runNode(jest)).code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
