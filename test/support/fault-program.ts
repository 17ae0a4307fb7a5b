import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
/** The built package: what users run, without a compiler in between. */
export const BUILT = process.env.HH_BUILT ?? join(ROOT, 'dist', 'cjs');

/** What the program under fault does; see `test/faults/program.cjs`. */
export interface ProgramPlan {
  /** Base URL of the back end. */
  server: string;
  spans?: number;
  /** How it ends. */
  ending: string;
  /** Tracer options on top. */
  options?: Record<string, unknown>;
  [more: string]: unknown;
}

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** From the moment it said that its own work was done (or from its start) to its end. */
  afterMs: number;
}

export interface Program {
  readonly child: ChildProcess;
  /** Resolves once it has printed this. */
  said(text: string): Promise<void>;
  readonly result: Promise<ProgramResult>;
}

/** Starts a program of its own that uses the built package, as a user's would. */
export function startProgram(
  plan: ProgramPlan,
  nodeOptions: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Program {
  if (!existsSync(join(BUILT, 'index.js')))
    throw new Error('Run "npm run build" first: the fault tests use the built package.');
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(HH_|OTEL_|NODE_OPTIONS|JEST)/.test(name)),
  );
  const child = spawn(
    process.execPath,
    [...nodeOptions, join(ROOT, 'test', 'faults', 'program.cjs'), JSON.stringify(plan)],
    {
      env: { ...environment, HH_BUILT: BUILT, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  let doneAt = performance.now();
  const listeners = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    if (!stdout.includes('DONE') && String(chunk).includes('DONE')) doneAt = performance.now();
    stdout += String(chunk);
    for (const listener of listeners) listener();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += String(chunk);
  });
  const guard = setTimeout(() => child.kill('SIGKILL'), 100_000);
  const result = new Promise<ProgramResult>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(guard);
      resolve({ code, signal, stdout, stderr, afterMs: performance.now() - doneAt });
    });
  });
  return {
    child,
    said: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (stdout.includes(text)) resolve();
        };
        listeners.add(check);
        check();
        void result.then(() => reject(new Error(`ended without saying ${text}: ${stdout} ${stderr}`)));
      }),
    result,
  };
}

export function runProgram(plan: ProgramPlan, nodeOptions: readonly string[] = []): Promise<ProgramResult> {
  return startProgram(plan, nodeOptions).result;
}

/** The counts a fault test prints. */
export function report(
  name: string,
  counts: { made: unknown; delivered: unknown; dropped: unknown; [more: string]: unknown },
): void {
  process.stdout.write(
    `  ${name}: ${Object.entries(counts)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}\n`,
  );
}
