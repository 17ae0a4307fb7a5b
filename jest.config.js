/**
 * Four projects. `legacy` compiles the sources with `experimentalDecorators`; `tc39` compiles its tests with standard
 * decorators and imports the built package, as its users do; `server` runs against the built server; `browser` opens
 * its page in Chromium. `npm test` builds first.
 */
const relativeJs = { '^(\\.{1,2}/.*)\\.js$': '$1' };
const transpile = (tsconfig) => ({ '^.+\\.tsx?$': ['ts-jest', { tsconfig, diagnostics: false }] });

const common = {
  testEnvironment: 'node',
  injectGlobals: true,
  setupFiles: ['<rootDir>/test/support/own-stderr.cjs'],
};

/** @type {import('jest').Config} */
module.exports = {
  // A deadline for a loaded machine; only the whole configuration may set it, not a project.
  testTimeout: 30_000,
  // Much of the time is waiting for child processes and back ends that do not answer: one worker per core is not too many.
  maxWorkers: '100%',
  projects: [
    {
      ...common,
      displayName: 'legacy',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/decorators/tc39/',
        '<rootDir>/test/browser/',
        '<rootDir>/test/fixtures/',
        '<rootDir>/test/gates/',
        '<rootDir>/test/toolchains/',
      ],
      transform: transpile('<rootDir>/tsconfig.json'),
      moduleNameMapper: {
        ...relativeJs,
        '^honeyhive-decorators$': '<rootDir>/index.ts',
        '^honeyhive-decorators/(decorators|evaluators|testing)$': '<rootDir>/$1/index.ts',
      },
    },
    {
      ...common,
      displayName: 'tc39',
      testMatch: ['<rootDir>/test/decorators/{both,tc39}/**/*.test.ts'],
      transform: transpile('<rootDir>/test/decorators/tc39/tsconfig.json'),
      moduleNameMapper: relativeJs,
    },
    {
      ...common,
      displayName: 'server',
      testMatch: ['<rootDir>/server/test/**/*.test.ts'],
      transform: transpile('<rootDir>/tsconfig.json'),
      moduleNameMapper: relativeJs,
    },
    {
      ...common,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
      transform: transpile('<rootDir>/tsconfig.json'),
      moduleNameMapper: relativeJs,
    },
  ],
};
