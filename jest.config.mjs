// Template tests synthesize often; the offline template validation (3 s a time) runs once, in `npm run synth`.
process.env.CDK_VALIDATION ??= 'false';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/local'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
};
