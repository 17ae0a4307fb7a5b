import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectCopy } from './project-copy.js';

describe('npm start and npm test', () => {
  const project = new ProjectCopy();
  afterEach(() => project.restore());
  afterAll(() => project.remove());

  const missing = () => {
    const ask =
      "import('./scripts/install.mjs').then(({ missingPackages }) => console.log(JSON.stringify(missingPackages())));";
    const { output } = project.node('--input-type=module', '--eval', ask);
    return JSON.parse(output) as { required: string[]; optional: string[] };
  };

  it('find nothing missing where everything is installed', () => {
    expect(missing().required).toEqual([]);
  });

  it('notice a package that is gone, and one of another version', () => {
    rmSync(join(project.root, 'node_modules', 'fast-check'), { recursive: true });
    project.edit('package-lock.json', (text) =>
      text.replace(/("node_modules\/minisearch": \{\s+"version": )"[^"]*"/, '$1"99.0.0"'),
    );
    expect(missing().required.sort()).toEqual(['node_modules/fast-check', 'node_modules/minisearch']);
  });

  it('do not miss a package that is meant for another machine', () => {
    project.edit('package-lock.json', (text) =>
      text.replace(
        '"packages": {',
        '"packages": { "node_modules/for-another": { "version": "1.0.0", "optional": true, "os": ["plan9"] },',
      ),
    );
    expect(missing().optional).not.toContain('node_modules/for-another');
  });

  it.each([
    [
      'all is well',
      { numPassedTests: 12, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0 },
      '12 passed, 0 failed\n',
      0,
    ],
    [
      'some fail',
      { numPassedTests: 12, numFailedTests: 1, numRuntimeErrorTestSuites: 1, numPendingTests: 2 },
      '12 passed, 2 failed, 2 skipped\n',
      1,
    ],
    [
      'nothing ran',
      { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0 },
      '0 passed, 0 failed\n',
      1,
    ],
  ])('count the tests in one line when %s', (_when, results, line, code) => {
    project.seed('results.json', JSON.stringify(results));
    expect(project.node('scripts/lib/summary.mjs', 'results.json')).toEqual({ code, output: line });
  });

  it('count a run that left no results as failed', () => {
    expect(project.node('scripts/lib/summary.mjs', 'none.json')).toEqual({ code: 1, output: '0 passed, 1 failed\n' });
  });
});
