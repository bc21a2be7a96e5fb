import { platform, stageAccess, tokenIssuer } from '../../services.ts';
import { tokens } from './endpoints.ts';

export const handler = tokens({ ...platform('tokens'), stageAccess: stageAccess(), tokenIssuer: tokenIssuer() });
