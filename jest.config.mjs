// Template tests synthesize often; the offline template validation (3 s a time) runs once, in `npm run synth`.
process.env.CDK_VALIDATION ??= 'false';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
};

export default {
  // The local runs of the system tests take what is left of two cores.
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'parts',
      testMatch: ['<rootDir>/test/{client,docs,lambdas,lib,local}/**/*.test.ts'],
    },
    {
      ...shared,
      // The local run as a whole: real bundles, real SDKs, one synth for all.
      displayName: 'system',
      testMatch: ['<rootDir>/test/system/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/synthesize-once.ts',
    },
  ],
};
