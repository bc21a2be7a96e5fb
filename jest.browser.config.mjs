// Real browsers against the emulator's media plane and the built page: `npm run test:browser`. One file at a time, because
// each journey opens several browsers.
import config from './jest.config.mjs';

const [{ displayName, testMatch, ...shared }] = config.projects;

export default {
  ...shared,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  globalSetup: '<rootDir>/test/browser/prepare-once.ts',
  maxWorkers: 1,
};
