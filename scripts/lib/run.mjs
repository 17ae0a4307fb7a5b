import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './project.mjs';

/**
 * Runs a program and waits for it. `capture` collects what it prints instead of showing it.
 * @returns {Promise<{ code: number, output: string, stdout: string }>}
 */
export function run(file, args, { cwd = root, env = process.env, capture = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    const timer = timeoutMs && setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? (signal ? 1 : 0), output, stdout });
    });
  });
}

/** Runs a JavaScript file with the Node that runs this one. */
export const runNode = (args, options) => run(process.execPath, args, options);

/** Runs npm without a shell: through the npm that started this script, else the one beside Node. */
export function runNpm(args, options) {
  const beside = [
    process.env.npm_execpath,
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path && /npm-cli\.c?js$/.test(path) && existsSync(path));
  return beside ? runNode([beside, ...args], options) : run('npm', args, options);
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
