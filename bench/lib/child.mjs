import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const programs = new URL('../', import.meta.url);

/** Runs a program of this folder in a process of its own; gives the JSON of its last line. */
export function runChild(program, args = [], { nodeArgs = [], env = {}, timeoutMs = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const file = fileURLToPath(new URL(program, programs));
    const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...env },
    });
    let out = '';
    let err = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      const last = out.trim().split('\n').at(-1) ?? '';
      try {
        if (code !== 0) throw new Error(`ended with ${code}`);
        resolve(JSON.parse(last));
      } catch (error) {
        reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${err}${out}`.slice(0, 4_000)));
      }
    });
  });
}

/** A bench must not depend on what the shell of its user has set. */
function cleanEnvironment() {
  const own = (name) => /^(HH_|OTEL_|HONEYHIVE_|NODE_OPTIONS$)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own(name)));
}
