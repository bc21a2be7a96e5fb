const directory = '.local/mutation';

/** `npm run mutate`: are the tests of lambdas/stages those that notice when it changes? */
export default {
  mutate: ['lambdas/stages/**/*.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    // Which tests reach a mutant is known from the coverage of each test.
    enableFindRelatedTests: false,
    config: {
      testMatch: ['<rootDir>/scripts/mutation/all-tests.ts'],
      testEnvironment: './scripts/mutation/first-failure-environment.mjs',
      setupFiles: ['<rootDir>/scripts/mutation/same-properties.ts'],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '^.+\\.ts$': '<rootDir>/scripts/mutation/one-file-transform.mjs' },
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Jest on native ESM keeps every module that it ever loaded.
  maxTestRunnerReuse: 100,
  timeoutMS: 20_000,
  // The sandbox is a copy of what is not ignored.
  ignorePatterns: [
    '**',
    '!lambdas/**',
    '!contract/**',
    '!scripts/mutation/**',
    '!test/lambdas/**',
    '!test/support/**',
    '!local/ivs/**',
    // Without it Jest takes the project itself for the root, and tests what nobody mutated.
    '!package.json',
  ],
  disableTypeChecks: false,
  tempDirName: `${directory}/sandbox`,
  // With `--incremental` only what changed; it does not notice tests that were changed or taken away.
  incrementalFile: `${directory}/incremental.json`,
  reporters: ['json', 'clear-text'],
  jsonReporter: { fileName: `${directory}/report.json` },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
};
