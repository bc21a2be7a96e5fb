import { BROWSERS, findBrowser } from './test/browser/find-browser.ts';

// Template tests synthesize often; the offline template validation (3 s a time) runs once, in `npm run synth`.
process.env.CDK_VALIDATION ??= 'false';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/support/temporary-directory.ts',
  // Copies of the sources in which Stryker plants its mutants.
  modulePathIgnorePatterns: ['<rootDir>/.local/'],
  globalTeardown: '<rootDir>/test/support/remove-temporary-directory.ts',
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
};

const journey = {
  ...shared,
  // The shortest way through all of it, from a camera to a viewer. `npm run test:browser` has the others.
  displayName: 'journey',
  testMatch: ['<rootDir>/test/browser/own-page.test.ts'],
  globalSetup: '<rootDir>/test/browser/prepare-once.ts',
};
const hasBrowser = findBrowser() !== undefined;
if (!hasBrowser) console.warn(`The browser journey is left out: none of ${BROWSERS.join(', ')} is on the PATH`);

export default {
  // The local runs of the system tests take what is left of two cores.
  maxWorkers: 2,
  // No test is about speed, and a busy machine is slow.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'parts',
      testMatch: [
        '<rootDir>/test/{client,docs,faults,hostile,lambdas,lib,local,proof,scripts,supply-chain}/**/*.test.ts',
      ],
    },
    {
      ...shared,
      // The local run as a whole: real bundles, real SDKs, one synth for all.
      displayName: 'system',
      testMatch: ['<rootDir>/test/system/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/synthesize-once.ts',
    },
    ...(hasBrowser ? [journey] : []),
  ],
};
