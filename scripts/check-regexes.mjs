/**
 * The regular expression gate: every literal, and every `new RegExp` of a literal text, in code that users run must
 * take linear time on any text. `node scripts/check-regexes.mjs [file or folder ...]`. An expression that only ever
 * sees short texts is let through by a comment on its line or the line above: `regex-ok: why`.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { inRoot, root } from './lib/project.mjs';

// The backend in plain JavaScript: no Java, no binary, the same on every system.
process.env.RECHECK_BACKEND = 'pure';
const { check } = await import('recheck');

const ROOMS = ['index.ts', 'src', 'decorators', 'evaluators', 'testing', 'experiments', 'integrations', 'server/src'];
const TIMEOUT_MS = 20_000;

const given = process.argv.slice(2).map((path) => resolve(path));
const places = (given.length > 0 ? given : ROOMS.map((room) => inRoot(room))).filter((path) => existsSync(path));
const found = places.flatMap(sourcesUnder).flatMap(expressionsIn);

const known = new Map();
const bad = [];
for (const expression of found) {
  const key = `/${expression.source}/${expression.flags}`;
  if (!known.has(key)) known.set(key, await judge(expression));
  const verdict = known.get(key);
  if (verdict !== undefined && !expression.excused) bad.push(`${expression.place}: ${verdict}\n    ${key}`);
}

for (const line of bad) process.stdout.write(`${line}\n`);
process.stdout.write(`${found.length} regular expressions looked at, ${bad.length} not linear.\n`);
if (bad.length > 0 || found.length === 0) process.exitCode = 1;

function sourcesUnder(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function expressionsIn(path) {
  const text = readFileSync(path, 'utf8');
  const lines = text.split(/\r?\n/);
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const expressions = [];
  const add = (node, source, flags) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line;
    const excused = [lines[line], lines[line - 1]].some((each) => each?.includes('regex-ok:'));
    expressions.push({ place: `${relative(root, path).replaceAll('\\', '/')}:${line + 1}`, source, flags, excused });
  };
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text.slice(1, end), node.text.slice(end + 1));
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      const [source, flags] = node.arguments ?? [];
      if (source && ts.isStringLiteralLike(source)) {
        add(node, source.text, flags && ts.isStringLiteralLike(flags) ? flags.text : '');
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return expressions;
}

/** What is wrong with an expression, or undefined. */
async function judge({ source, flags }) {
  const result = await check(source, flags, { timeout: TIMEOUT_MS, randomSeed: 1 });
  if (result.status === 'safe') return undefined;
  if (result.status === 'vulnerable') {
    const { type, degree } = result.complexity;
    const example = result.attack?.pattern ? `, for example on ${result.attack.pattern}` : '';
    return `${type}${degree ? ` of degree ${degree}` : ''} time${example}`;
  }
  return `could not be judged (${result.error?.kind ?? 'unknown'})`;
}
