import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a sample as a program of its own, against the built package; gives what it printed. */
export async function runSample(file: string, env: Record<string, string>): Promise<string> {
  const args = ['-r', join(__dirname, 'typescript-hook.cjs'), join(__dirname, '../../samples', file)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env }, timeout: 20_000 });
  return stdout;
}
