import type { InviteRequest, UserId } from '../../../contract/stages.ts';
import { CAPABILITIES, maximumCapabilities } from '../access/capabilities.ts';
import { NotAllowedError } from '../errors.ts';
import { getUserStage } from '../get-user-stage.ts';
import type { Services } from '../ports.ts';
import { assertAhead } from './assert-ahead.ts';
import { lookAgain } from './look-again.ts';

type Needs = Pick<Services, 'profiles' | 'memberships' | 'rightsChecks' | 'now'>;

/** IVS issues no token for less than a minute: a shorter invitation could never be taken up. */
const SHORTEST_INVITATION_SECONDS = 60;

/** Invites a user to the host's own stage, or changes what they were invited to. */
export const inviteGuest =
  (services: Needs) =>
  async (ownerId: UserId, userId: UserId, { capabilities = CAPABILITIES, expiresAt }: InviteRequest): Promise<void> => {
    const { memberships, now } = services;
    if (userId === ownerId) throw new NotAllowedError('nobody can be a guest on their own stage');
    assertAhead(expiresAt, SHORTEST_INVITATION_SECONDS, now());
    await getUserStage(services)(ownerId);
    const sorted = CAPABILITIES.filter((capability) => capabilities.includes(capability));
    const guest = { userId, capabilities: sorted, ...(expiresAt !== undefined && { expiresAt }) };
    const wasInvited = await memberships.putGuest(ownerId, guest);
    // Whether it is less than before is not known for certain after a lost answer. It may be less than any viewer has.
    const isLessThanAViewer = maximumCapabilities('viewer').some((capability) => !sorted.includes(capability));
    if (wasInvited || isLessThanAViewer) await lookAgain(services, { ownerId, userId, left: sorted });
  };
