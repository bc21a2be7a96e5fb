import type { UserId } from '../../../contract/stages.ts';
import { fallbackNameOf } from '../display-name.ts';
import { type Ensured, type EnsureNeeds, ensureUserStage } from './ensure-user-stage.ts';

const DAY_MS = 86_400_000;

/**
 * A host asks right before going live, so a stage that somebody deleted behind our back must be noticed here and not days
 * later (docs/adr/0004-put-asks-ivs.md).
 */
const HOST_TRUSTS_FOR_MS = 60_000;

/** What happens to a user's stage when they sign in. */
export const openStageAtSignIn =
  (services: EnsureNeeds) =>
  async (userId: UserId, displayName: string | undefined): Promise<Ensured> => {
    const { settings, now } = services;
    const fallbackName = fallbackNameOf(userId);
    return ensureUserStage(services)(
      {
        userId,
        at: now(),
        visibility: settings.initialVisibility,
        displayName: displayName ?? fallbackName,
        fallbackName,
        isSignIn: true,
      },
      { trustForMs: settings.stageCheckDays * DAY_MS, withHostToken: false },
    );
  };

/** What happens to a user's stage when they ask for it. An access token tells no name, so the known one stays. */
export const openStageForHost =
  (services: EnsureNeeds) =>
  async (userId: UserId): Promise<Ensured> => {
    const { settings, now } = services;
    const visit = { userId, at: now(), visibility: settings.initialVisibility, fallbackName: fallbackNameOf(userId) };
    return ensureUserStage(services)(
      { ...visit, isSignIn: false },
      { trustForMs: HOST_TRUSTS_FOR_MS, withHostToken: true },
    );
  };
