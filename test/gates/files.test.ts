import { ProjectCopy } from './project-copy.js';

describe('the gates over files', () => {
  const project = new ProjectCopy();
  afterEach(() => project.restore());
  afterAll(() => project.remove());

  it('fail on a file that is too long', () => {
    project.seed('src/base/long.ts', 'export {};\n'.repeat(401));
    const { code, output } = project.gate('length');
    expect(output).toContain('long.ts: 401 lines, more than 400');
    expect(code).not.toBe(0);
  });

  it('fail on a lock file that names a mirror', () => {
    project.edit('package-lock.json', (text) =>
      text.replace(
        '"node_modules/axios": {',
        '"node_modules/axios": {\n"resolved": "https://mirror.example/axios.tgz",',
      ),
    );
    const { code, output } = project.gate('lock');
    expect(output).toContain('node_modules/axios comes from https://mirror.example/axios.tgz');
    expect(code).not.toBe(0);
  });

  it('fail on a lock file that package.json has left behind', () => {
    project.edit('package.json', (text) => text.replace(/"axios": "[^"]*"/, '"axios": "^99.0.0"'));
    // Straight to the script: `npm run check` would install first.
    const { code, output } = project.node('scripts/check-lock.mjs');
    expect(output).toContain('asks for axios@^99.0.0');
    expect(code).not.toBe(0);
  });

  it('fail on a file that nobody uses', () => {
    project.seed('src/base/unused-file.ts', 'export const nobody = 1;\n');
    const { code, output } = project.gate('knip');
    expect(output).toContain('src/base/unused-file.ts');
    expect(code).not.toBe(0);
  });

  it('fail on a type error, in the SDK and in the server', () => {
    project.seed('src/base/wrong.ts', "export const wrong: number = 'text';\n");
    project.seed('server/src/wrong.ts', "export const wrong: number = 'text';\n");
    const { code, output } = project.gate('types');
    expect(output).toContain('src/base/wrong.ts(1,14): error TS2322');
    expect(output).toContain('server/src/wrong.ts(1,14): error TS2322');
    expect(code).not.toBe(0);
  });

  it('fail on a failing test, and on no test at all', () => {
    project.seed(
      'jest.config.js',
      "module.exports = { testMatch: ['<rootDir>/seeded/*.test.js'], passWithNoTests: true };\n",
    );
    const none = project.gate('tests');
    expect(none.output).toContain('no test ran');
    expect(none.code).not.toBe(0);
    project.seed('seeded/one.test.js', "it('fails', () => { expect(1).toBe(2); });\n");
    expect(project.gate('tests').code).not.toBe(0);
    project.seed('seeded/one.test.js', "it('passes', () => { expect(1).toBe(1); });\n");
    expect(project.gate('tests').code).toBe(0);
  });

  it('fail on a gate that nobody knows', () => {
    expect(project.gate('everything').code).not.toBe(0);
  });
});
