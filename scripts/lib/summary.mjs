/** Prints jest's JSON results as one line: `N passed, N failed`, and `, N skipped` where some were. */
import { readFileSync } from 'node:fs';

function count(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const results = count(process.argv[2]);
// A suite that could not even start has no tests to count: it is one failure.
const failed = results ? results.numFailedTests + results.numRuntimeErrorTestSuites : 1;
const passed = results?.numPassedTests ?? 0;
const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
