/** The package is built three times: as CommonJS and as ES modules for Node, and file by file for bundlers. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const DOORS = ['index', 'decorators/index', 'evaluators/index', 'testing/index'];

/** Names of what a door of a build exports; classes and functions with the name they have themselves. */
function namesIn(build: 'cjs' | 'node' | 'esm', door: string): Record<string, string> {
  const program = `
    const file = process.argv[1];
    const exports = ${build === 'cjs' ? 'require(file)' : "await import(require('node:url').pathToFileURL(file))"};
    const names = {};
    for (const key of Object.keys(exports)) names[key] = typeof exports[key] === 'function' ? exports[key].name : typeof exports[key];
    console.log(JSON.stringify(names));`;
  const wrapped = `(async () => {${program}})()`;
  const file = join(root, 'dist', build, `${door}.js`);
  return JSON.parse(execFileSync(process.execPath, ['-e', wrapped, file], { encoding: 'utf8' })) as Record<
    string,
    string
  >;
}

const sorted = (names: Record<string, string>): [string, string][] => Object.entries(names).sort();

test.each(DOORS)('%s exports the same in each build, under the same names', (door) => {
  const expected = sorted(namesIn('esm', door));
  expect(expected.length).toBeGreaterThan(2);
  expect(sorted(namesIn('node', door))).toEqual(expected);
  expect(sorted(namesIn('cjs', door))).toEqual(expected);
});

test('the doors of one build share their classes', () => {
  const program = `
    const all = require(process.argv[1]);
    const some = require(process.argv[2]);
    console.log(all.BaseEvaluator === some.BaseEvaluator, all.Trace === require(process.argv[3]).Trace);`;
  const files = ['index', 'evaluators/index', 'decorators/index'].map((door) => join(root, 'dist/cjs', `${door}.js`));
  expect(execFileSync(process.execPath, ['-e', program, ...files], { encoding: 'utf8' }).trim()).toBe('true true');
});

test.each([
  ['cjs', 'require(file)'],
  ['node', "await import(require('node:url').pathToFileURL(file))"],
])("%s: importing and decorating loads nothing of OpenTelemetry's; the first tracer does", (build, load) => {
  const program = `(async () => {
    const Module = require('node:module');
    const file = process.argv[1];
    const loaded = new Set();
    const real = Module._load;
    Module._load = function (id, ...rest) {
      if (id.startsWith('@opentelemetry/')) loaded.add(id);
      return real.call(this, id, ...rest);
    };
    const { HoneyHiveTracer, Trace } = ${load};
    class Service { add(a, b) { return a + b; } }
    const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'add');
    Object.defineProperty(Service.prototype, 'add', Trace()(Service.prototype, 'add', descriptor) ?? descriptor);
    new Service().add(1, 2);
    const before = [...loaded];
    const tracer = HoneyHiveTracer.init({ testMode: true });
    new Service().add(1, 2);
    console.log(JSON.stringify({ before, after: loaded.has('@opentelemetry/api'), spans: tracer.testSpans.length }));
  })()`;
  const file = join(root, 'dist', build, 'index.js');
  const said = execFileSync(process.execPath, ['-e', program, file], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual({ before: [], after: true, spans: 1 });
});
