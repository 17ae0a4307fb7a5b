/** `npm run test:gates`: every gate of `npm run check` is seen to fail on a violation seeded into a copy of the project. */
/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  displayName: 'gates',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/gates/*.test.ts'],
  transform: { '^.+\\.tsx?$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testTimeout: 300_000,
  maxWorkers: 2,
};
