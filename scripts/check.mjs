/**
 * `npm run check`: every gate, cheap ones first, a line each, a summary at the end. Names after `--` pick gates:
 * `npm run check -- floors lint`. All gates run even when one fails.
 */
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { commandFile, inRoot } from './lib/project.mjs';
import { runNode, seconds } from './lib/run.mjs';

/** A gate that is one Node program: its exit code decides, its last line is the note. */
const program = (name, ...args) => ({ name, run: () => runNode(args, { capture: true }) });
const script = (name, file, ...args) => program(name, inRoot('scripts', file), ...args);

const tool = (name, packageName, command, args, looksAt) => ({
  name,
  run: async () => {
    const result = await runNode([commandFile(packageName, command), ...args], { capture: true });
    return result.code === 0 && looksAt ? looksAt(result) : result;
  },
});

/** A gate that looked at nothing is not green. */
const atLeast = (least, pattern, what) => (result) => {
  const count = Number(pattern.exec(result.output)?.[1]?.replaceAll(',', '') ?? 0);
  return {
    ...result,
    code: count >= least ? 0 : 1,
    output: `${count} ${what} looked at${count >= least ? '.' : `: at least ${least} were expected.`}`,
  };
};

const typeProjects = [
  'tsconfig.json',
  'server/tsconfig.json',
  'server/web/tsconfig.json',
  'test/decorators/tc39/tsconfig.json',
  'test/types/tsconfig.legacy.json',
  'test/types/tsconfig.tc39.json',
];

async function types() {
  const projects = typeProjects.filter((path) => existsSync(inRoot(path)));
  const problems = [];
  let files = 0;
  for (const project of projects) {
    const args = [commandFile('typescript', 'tsc'), '-p', project, '--noEmit', '--pretty', 'false', '--listFiles'];
    const { code, stdout } = await runNode(args, { capture: true });
    const lines = stdout.split(/\r?\n/).filter(Boolean);
    const isFile = (line) => /^(\/|[A-Za-z]:[\\/])[^(]*\.(ts|tsx|mts|cts|json)$/.test(line);
    files += lines.filter((line) => isFile(line) && !line.includes('node_modules')).length;
    if (code !== 0) problems.push(`${project}:`, ...lines.filter((line) => !isFile(line)));
  }
  const note = `${files} files looked at in ${projects.length} projects.`;
  return { code: problems.length === 0 && files > 50 ? 0 : 1, output: [...problems, note].join('\n') };
}

async function builds() {
  await build();
  return { code: 0, output: `${readdirSync(inRoot('dist', 'cjs'), { recursive: true }).length} files in dist/cjs.` };
}

const jestSummary = (result) => {
  const line = /^Tests: .*$/m.exec(result.output)?.[0] ?? 'no test ran';
  return { ...result, code: result.code === 0 && /[1-9]\d* passed/.test(line) ? 0 : 1, output: line };
};

const gates = [
  script('lock', 'check-lock.mjs'),
  script('length', 'check-length.mjs'),
  tool(
    'lint',
    '@biomejs/biome',
    'biome',
    ['ci', '--colors=off', '--max-diagnostics=40', '.'],
    atLeast(50, /Checked (\d[\d,]*) files/, 'files'),
  ),
  script('floors', 'check-floors.mjs'),
  existsSync(inRoot('scripts', 'check-regexes.mjs')) && script('regexes', 'check-regexes.mjs'),
  { name: 'build', run: builds },
  { name: 'types', run: types },
  tool('knip', 'knip', 'knip', ['--no-progress']),
  script('api', 'check-api.mjs'),
  script('size', 'check-size.mjs'),
  program('bench', inRoot('bench', 'check.mjs')),
  script('package', 'check-package.mjs'),
  tool('tests', 'jest', 'jest', ['--ci', `--maxWorkers=${availableParallelism()}`], jestSummary),
  script('clients', 'test-clients.mjs'),
  script('nestjs', 'test-nestjs.mjs'),
  tool('gates', 'jest', 'jest', ['--ci', '--config', inRoot('test', 'gates', 'jest.config.js')], jestSummary),
].filter(Boolean);

async function runGate({ name, run }) {
  const started = performance.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    result = { code: 1, output: error.message };
  }
  const passed = result.code === 0;
  const note = result.output.trim().split('\n').at(-1)?.trim() ?? '';
  if (!passed) process.stdout.write(`${result.output.trim()}\n`);
  process.stdout.write(
    `${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)}  ${seconds(started).padStart(7)}  ${passed ? note : ''}\n`,
  );
  return { name, passed };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !gates.some((gate) => gate.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No gate is called ${unknown.join(', ')}; there are ${gates.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

const started = performance.now();
await ensureInstalled();
const results = [];
for (const gate of gates) if (asked.length === 0 || asked.includes(gate.name)) results.push(await runGate(gate));
const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
process.stdout.write(
  failed.length > 0
    ? `\n${failed.length} of ${results.length} gates failed: ${failed.join(', ')} (${seconds(started)})\n`
    : `\nAll ${results.length} gates passed (${seconds(started)})\n`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
