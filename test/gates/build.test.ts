import { ProjectCopy } from './project-copy.js';

describe('the build', () => {
  const project = new ProjectCopy();
  afterEach(() => project.restore());
  afterAll(() => project.remove());

  const build = () => project.node('scripts/build.mjs', 'sdk');

  it('makes CommonJS and ES modules once, and again only after a change', () => {
    const first = build();
    expect(first.output).toContain('Built the SDK');
    expect(first.code).toBe(0);
    expect(project.read('dist/esm/package.json')).toContain('"module"');
    expect(project.read('dist/cjs/package.json')).toContain('"commonjs"');
    expect(build().output).toContain('Nothing to build');
    project.edit('src/base/ids.ts', (text) => `${text}\nexport const added = 1;\n`);
    expect(build().output).toContain('Built the SDK');
    expect(project.read('dist/esm/src/base/ids.js')).toContain('added');
  });

  it('fails with the words of the compiler and leaves the last good build alone', () => {
    const before = project.read('dist/esm/src/base/ids.js');
    project.edit('src/base/ids.ts', (text) => `${text}\nexport const wrong: number = 'text';\n`);
    const { code, output } = build();
    expect(output).toContain('error TS2322');
    expect(code).not.toBe(0);
    expect(project.read('dist/esm/src/base/ids.js')).toBe(before);
  });

  it('and the gates over it fail on an export that the report does not know, on size, and on a broken package', () => {
    expect(build().code).toBe(0);
    expect(project.node('scripts/check-api.mjs', '--update').code).toBe(0);
    expect(project.gate('api').code).toBe(0);
    project.edit('dist/cjs/testing/index.d.ts', (text) => `${text}\nexport declare function surprise(): void;\n`);
    const api = project.gate('api');
    expect(api.output).toContain('etc/testing.api.md differs');
    expect(api.code).not.toBe(0);

    project.edit('.size-limit.json', (text) => text.replace(/"limit": "[^"]*"/g, '"limit": "1 kB"'));
    const size = project.gate('size');
    expect(size.output).toContain('is over its budget');
    expect(size.code).not.toBe(0);

    project.edit('package.json', (text) =>
      text.replaceAll('./dist/esm/testing/index.js', './dist/esm/testing/nowhere.js'),
    );
    project.seed('dist/secret.txt', 'not dangerous');
    project.edit('dist/cjs/package.json', (text) => text.replace('commonjs', 'module'));
    const packed = project.gate('package');
    expect(packed.output).toContain('publint:');
    expect(packed.output).toContain('attw:');
    expect(packed.output).toContain('of the smoke test:');
    expect(packed.code).not.toBe(0);
  });
});
