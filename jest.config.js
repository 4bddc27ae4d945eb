export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.cjs' },
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  // By itself Jest leaves a core to the terminal, and of two cores that is every second one.
  maxWorkers: '100%',
  testTimeout: 60_000,
}
