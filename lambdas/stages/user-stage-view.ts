import type { ParticipantToken, StageSummary, UserStage } from '../../contract/stages.ts';
import type { Standing } from './access/caller-role.ts';
import { type Profile, stageStatus } from './profile.ts';

/** The owner's view of their stage. */
export function toUserStage(profile: Profile, now: Date, hostToken?: ParticipantToken): UserStage {
  const { userId, displayName, live, liveSince, publisherCount, visibility, stage } = profile;
  const status = stageStatus(profile, now);
  return {
    ownerId: userId,
    displayName,
    ...(status === 'active' && stage && { arn: stage.arn, name: stage.name, createdAt: stage.createdAt }),
    status,
    live,
    liveSince,
    publisherCount,
    visibility,
    participantTokens: hostToken ? { [userId]: hostToken } : {},
  };
}

/** What anybody else may know of a stage, with their own standing on it. */
export const toStageSummary = (profile: Profile, { role, capabilities }: Standing, now: Date): StageSummary => ({
  ownerId: profile.userId,
  displayName: profile.displayName,
  status: stageStatus(profile, now),
  live: profile.live,
  liveSince: profile.liveSince,
  publisherCount: profile.publisherCount,
  visibility: profile.visibility,
  role,
  capabilities,
});
