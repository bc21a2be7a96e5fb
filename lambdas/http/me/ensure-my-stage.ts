import { type Endpoint, json } from '../../middleware/http-function.ts';
import { StageNotReadyError, StageQuotaReachedError } from '../../stages/errors.ts';
import type { EnsureNeeds } from '../../stages/provisioning/ensure-user-stage.ts';
import { openStageForHost } from '../../stages/provisioning/open-stage.ts';
import { toUserStage } from '../../stages/user-stage-view.ts';

export const ensureMyStage =
  (services: EnsureNeeds): Endpoint =>
  async (_event, { userId }) => {
    const { now } = services;
    const ensured = await openStageForHost(services)(userId);
    switch (ensured.state) {
      case 'active':
        return json(200, toUserStage(ensured.profile, now(), ensured.hostToken));
      case 'provisioning': {
        const stage = { ...toUserStage(ensured.profile, now()), status: 'provisioning' };
        return json(202, stage, { 'retry-after': String(ensured.retryAfterSeconds) });
      }
      case 'being-removed':
        throw new StageNotReadyError(ensured.retryAfterSeconds);
      case 'quota-reached':
        throw new StageQuotaReachedError();
    }
  };
