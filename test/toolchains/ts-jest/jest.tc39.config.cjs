module.exports = {
  testMatch: ['<rootDir>/tc39.test.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.tc39.json' }] },
};
