export { buildPage } from './build-page.ts';
export { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';
export { makeTogether } from './make-together.ts';
export { type LocalCloud, type LocalCloudOptions, startLocalCloud } from './start-local-cloud.ts';
export { synthesize } from './synthesize.ts';
