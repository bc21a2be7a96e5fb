import { readRoleCredentials } from '../environment.ts';

/** In the bundles it stands in for `@aws-sdk/credential-provider-node`, under that package's name for it. */
export const defaultProvider = () => async () => readRoleCredentials();
