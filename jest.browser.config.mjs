// Real browsers against the emulator's media plane: `npm run test:browser`. One at a time: each journey opens several.
import config from './jest.config.mjs';

const [{ displayName, testMatch, ...shared }] = config.projects;

export default {
  ...shared,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  maxWorkers: 1,
};
