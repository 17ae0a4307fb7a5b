module.exports = {
  testMatch: ['<rootDir>/legacy.test.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.legacy.json' }] },
};
