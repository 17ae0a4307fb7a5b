import { execFile } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** What a program prints that evaluates with something that hangs, and its exit code. */
function program(code: string): Promise<{ stdout: string; stderr: string; code: number }> {
  const source = `
    const { defineEvaluator, MultiEvaluator } = require('./evaluators/index.ts');
    const { evaluateAll } = require('./evaluators/evaluate-all.ts');
    const hangs = (timeoutMs) => defineEvaluator('hangs', () => new Promise(() => {}), { timeoutMs });
    const args = { input: 1, output: 2 };
    ${code}`;
  return new Promise((resolve) => {
    const nodeArgs = ['--require', './test/evaluators/child/sources.cjs', '--eval', source];
    execFile(process.execPath, nodeArgs, { cwd: ROOT, timeout: 15_000 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error ? Number(error.code ?? -1) : 0 });
    });
  });
}

test('an evaluation in the background does not keep the process alive', async () => {
  const code = `evaluateAll([hangs(600000), new MultiEvaluator([hangs(600000)])], args).then(() => console.log('never')); console.log('done');`;
  expect(await program(code)).toEqual({ stdout: 'done\n', stderr: '', code: 0 });
});

test('a program that waits for run() gets its answer, and then ends at once', async () => {
  const code = `
    const quick = defineEvaluator('quick', async () => 1, { timeoutMs: 600000 });
    new MultiEvaluator([hangs(50), quick]).run(args).then((result) => console.log(result.status, result.feedback));`;
  const expected = 'ok 1 of 2 scored; hangs: timeout (no answer within 50 ms)\n';
  expect(await program(code)).toEqual({ stdout: expected, stderr: '', code: 0 });
});
