import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** strace may look into a process that is not its child only as root, or where the kernel's setting allows it. */
export function canTrace(): boolean {
  if (process.platform !== 'linux' || spawnSync('strace', ['-V']).status !== 0) return false;
  const scope = '/proc/sys/kernel/yama/ptrace_scope';
  return process.getuid?.() === 0 || !existsSync(scope) || readFileSync(scope, 'utf8').trim() === '0';
}

/** Attaches strace to a running process; call the answer to let go again. */
export async function strace(pid: number, args: string[]): Promise<() => Promise<void>> {
  const tracer = spawn('strace', ['-f', '-p', String(pid), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => tracer.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    tracer.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/attached/.test(said)) resolve();
    });
    tracer.once('close', () => reject(new Error(`strace ended: ${said}`)));
  });
  return async () => {
    tracer.kill('SIGINT');
    await ended;
  };
}
