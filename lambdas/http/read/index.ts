import { liveStatus, platform, stageAccess } from '../../services.ts';
import { read } from './endpoints.ts';

export const handler = read({ ...platform('read'), liveStatus: liveStatus(), stageAccess: stageAccess() });
