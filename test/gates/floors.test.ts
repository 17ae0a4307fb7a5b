import { ProjectCopy } from './project-copy.js';

describe('the floors gate fails on', () => {
  const project = new ProjectCopy();
  afterEach(() => project.restore());
  afterAll(() => project.remove());

  const floors = () => project.node('scripts/check-floors.mjs');

  it('every arrow that goes up, round, through a door or out of the house', () => {
    project.seed('src/base/up.ts', "import '../delivery/contract.js';\n\nexport const up = 1;\n");
    project.seed('src/base/round-a.ts', "import { b } from './round-b.js';\n\nexport const a = (): unknown => b;\n");
    project.seed('src/base/round-b.ts', "import { a } from './round-a.js';\n\nexport const b = (): unknown => a;\n");
    project.seed('src/session/door.ts', "import '../../evaluators/index.js';\n\nexport const door = 1;\n");
    project.seed('src/base/alone.ts', 'export const alone = 1;\n');
    project.seed('src/base/to-server.ts', "import '../../server/src/app.js';\n\nexport const out = 1;\n");
    project.seed('server/src/to-sdk.ts', "import '../../src/base/ids.js';\n\nexport const out = 1;\n");
    project.seed('src/session/heavy.ts', "import axios from 'axios';\n\nexport const heavy = axios;\n");
    project.seed(
      'src/session/otel.ts',
      "import { suppressTracing } from '@opentelemetry/core';\n\nexport const otel = suppressTracing;\n",
    );
    project.seed('src/base/dev.ts', "import fc from 'fast-check';\n\nexport const dev = fc;\n");
    project.seed('src/base/lost.ts', "import './not-there.js';\n\nexport const lost = 1;\n");
    project.seed('src/base/from-test.ts', "import '../../test/gates/project-copy.js';\n\nexport const test = 1;\n");
    const { code, output } = floors();
    for (const line of [
      'only-down-from-base: src/base/up.ts -> src/delivery/contract.ts',
      'no-circle: src/base/round-',
      'no-door-from-inside: src/session/door.ts -> evaluators/index.ts',
      'no-orphan: src/base/alone.ts',
      'sdk-without-server: src/base/to-server.ts -> server/src/app.ts',
      'server-without-sdk: server/src/to-sdk.ts -> src/base/ids.ts',
      'nothing-unresolved: src/base/lost.ts -> ./not-there.js',
      'no-tests-from-sources: src/base/from-test.ts -> test/gates/project-copy.ts',
    ]) {
      expect(output).toContain(line);
    }
    expect(output).toMatch(/heavy-only-when-needed: src\/session\/heavy.ts -> .*node_modules\/axios/);
    expect(output).toMatch(/otel-in-two-rooms: src\/session\/otel.ts -> .*node_modules\/@opentelemetry\/core/);
    expect(output).toMatch(/no-dev-dependency: src\/base\/dev.ts -> .*node_modules\/fast-check/);
    expect(code).not.toBe(0);
  });

  it('a file that the cruiser did not see', () => {
    project.edit('.dependency-cruiser.cjs', (text) => text.replace("exclude: { path: '", "exclude: { path: '^src/|"));
    const { code, output } = floors();
    expect(output).toContain('Not looked at: ');
    expect(code).not.toBe(0);
  });
});
