import { type Endpoint, json } from '../../middleware/http-function.ts';
import { fallbackNameOf } from '../../stages/display-name.ts';
import { type EnsureNeeds, ensureUserStage } from '../../stages/ensure-user-stage.ts';
import { StageNotReadyError, StageQuotaReachedError } from '../../stages/errors.ts';
import { toUserStage } from '../../stages/user-stage-view.ts';

/**
 * A host asks right before going live, so a stage that somebody deleted behind our back must be noticed here and not days
 * later: the profile is trusted for a minute only.
 */
const TRUST_FOR_MS = 60_000;

export const ensureMyStage =
  (services: EnsureNeeds): Endpoint =>
  async (_event, { userId }) => {
    const { settings, now } = services;
    const visit = {
      userId,
      at: now(),
      visibility: settings.initialVisibility,
      fallbackName: fallbackNameOf(userId),
      isSignIn: false,
    };
    const ensured = await ensureUserStage(services)(visit, { trustForMs: TRUST_FOR_MS, withHostToken: true });
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
