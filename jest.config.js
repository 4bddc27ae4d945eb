export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.cjs' },
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  testTimeout: 60_000,
}
