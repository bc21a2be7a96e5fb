import { platform, rateLimits, stageAccess, tokenIssuer } from '../../services.ts';
import { tokens } from './endpoints.ts';

const shared = platform('tokens');

export const handler = tokens({
  ...shared,
  stageAccess: stageAccess(),
  tokenIssuer: tokenIssuer(shared),
  rateLimits: rateLimits(),
});
