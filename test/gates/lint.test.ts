import { ProjectCopy } from './project-copy.js';

describe('the lint gate fails on', () => {
  const project = new ProjectCopy();
  afterEach(() => project.restore());
  afterAll(() => project.remove());

  const lint = () => project.node('node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', 'src/base');

  it.each([
    ['any', 'export const loose = (value: any): unknown => value;\n', 'noExplicitAny'],
    ['export *', "export * from './ids.js';\n", 'noReExportAll'],
    [
      'a parameter property',
      'export class Box {\n  constructor(readonly size: number) {}\n}\n',
      'noParameterProperties',
    ],
    ['a default export', 'export default 1;\n', 'noDefaultExport'],
    ['an enum', 'export enum Colour {\n  Red,\n}\n', 'noEnum'],
    ['a namespace', 'export namespace Inside {\n  export const one = 1;\n}\n', 'noNamespace'],
    ['console in the sources', "export const shout = (): void => console.log('hello');\n", 'noConsole'],
    [
      'a type imported as a value',
      "import { Limits } from '../attributes/limits.js';\n\nexport type Copy = Limits;\n",
      'useImportType',
    ],
    ['an unused import', "import { newUuid } from './ids.js';\n\nexport const one = 1;\n", 'noUnusedImports'],
    ['a non-null assertion', 'export const first = (list: number[]): number => list[0]!;\n', 'noNonNullAssertion'],
    ['another format', 'export const text = "double quotes"\n', 'format'],
  ])('%s', (_what, text, rule) => {
    project.seed('src/base/seeded.ts', text);
    const { code, output } = lint();
    expect(output).toContain(rule);
    expect(code).not.toBe(0);
  });

  it('nothing at all being looked at', () => {
    project.edit('biome.json', (text) => text.replace('"**",', '"!**",'));
    expect(project.gate('lint').code).not.toBe(0);
  });
});
