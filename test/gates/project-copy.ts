import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const projectRoot = join(__dirname, '..', '..');
const leftOut = new Set(['node_modules', 'dist', '.git', '.honeyhive', 'artifacts', 'coverage']);

/** What a command said and how it ended. */
export interface Outcome {
  code: number;
  output: string;
}

/**
 * A copy of this project, with its packages linked, in which a test may break whatever it likes. `restore` takes back
 * what was seeded, so that one copy serves a whole file of tests.
 */
export class ProjectCopy {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'honeyhive-gate-')));
  readonly #before = new Map<string, string | undefined>();

  constructor() {
    cpSync(projectRoot, this.root, { recursive: true, filter: (source) => !leftOut.has(basename(source)) });
    linkPackages(join(projectRoot, 'node_modules'), join(this.root, 'node_modules'));
    linkPackages(join(projectRoot, 'server', 'node_modules'), join(this.root, 'server', 'node_modules'));
    this.#git('init', '-q');
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Puts a violation in place. */
  seed(path: string, text: string): void {
    const file = join(this.root, path);
    if (!this.#before.has(path)) this.#before.set(path, existsSync(file) ? readFileSync(file, 'utf8') : undefined);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  edit(path: string, change: (text: string) => string): void {
    this.seed(path, change(this.read(path)));
  }

  /** Takes back all that was seeded. */
  restore(): void {
    for (const [path, text] of this.#before) {
      if (text === undefined) rmSync(join(this.root, path), { force: true });
      else writeFileSync(join(this.root, path), text);
    }
    this.#before.clear();
  }

  /** Runs a script or a tool of the copy with this Node. */
  node(...args: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.root,
      encoding: 'utf8',
      env: cleanEnvironment(),
    });
    return { code: status ?? 1, output: `${stdout}${stderr}` };
  }

  /** Runs one gate of `npm run check`. */
  gate(name: string): Outcome {
    return this.node('scripts/check.mjs', name);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #git(...args: string[]): void {
    spawnSync('git', args, { cwd: this.root });
  }
}

/** The copy gets a folder of links: what the scripts note in `node_modules/.cache` stays its own. */
function linkPackages(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === '.cache') continue;
    if (name === 'honeyhive-local') symlinkSync(join(to, '..', 'server'), join(to, name), 'junction');
    else if (name === '.package-lock.json') cpSync(join(from, name), join(to, name));
    else symlinkSync(join(from, name), join(to, name), 'junction');
  }
}

/** Jest tells its workers things that a jest started by a gate must not hear. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
  );
}
