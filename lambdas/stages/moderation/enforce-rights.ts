import type { Capability, UserId } from '../../../contract/stages.ts';
import { type Standing, standingOf } from '../access/caller-role.ts';
import type { IvsParticipant, Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';
import { type PutOutNeeds, putOut } from './put-out.ts';

export type EnforcementOutcome =
  | 'allowed'
  | 'put-out'
  /** The token or ingest names no user: not made by this system, and left alone. */
  | 'unknown-user';

export type EnforcementNeeds = PutOutNeeds & Pick<Services, 'stageAccess'>;

/** A session on an owner's stage. */
export interface SessionPlace {
  readonly ownerId: UserId;
  readonly stageArn: string;
  readonly sessionId: string;
}

type Person = Pick<IvsParticipant, 'participantId' | 'userId'>;

/**
 * Puts a participant out who is there with rights that they do not have any more. The owner always stays, and who is not
 * banned and holds nothing beyond `left`.
 */
export const enforceRights =
  (services: EnforcementNeeds, callIvs: CallIvs) =>
  async (
    place: SessionPlace,
    { participantId, userId }: Person,
    left: readonly Capability[] = [],
  ): Promise<EnforcementOutcome> => {
    const { ownerId, stageArn, sessionId } = place;
    if (userId === ownerId) return 'allowed';
    if (userId === '') return 'unknown-user';
    const attributes = await callIvs('attributesOf', (signal) =>
      services.moderation.attributesOf(stageArn, sessionId, participantId, signal),
    );
    if (!attributes) return 'allowed';
    // Groups are not stored: what the token said of them is the best that is known.
    const isModerator = attributes.role === 'moderator';
    const standing = await readStanding(services, ownerId, userId, isModerator);
    const held = capabilitiesIn(attributes);
    if (standing.role !== null && isWithin(held, standing.capabilities)) return 'allowed';
    if (!standing.banned && isWithin(held, left)) return 'allowed';
    await putOut(services, callIvs)(ownerId, stageArn, participantId, reasonFor(standing));
    return 'put-out';
  };

/** Puts somebody out who publishes on a stage without being invited to: what IVS tells of a publisher suffices for that. */
export const enforcePublishing =
  (services: EnforcementNeeds, callIvs: CallIvs) =>
  async (ownerId: UserId, stageArn: string, { participantId, userId }: Person): Promise<EnforcementOutcome> => {
    if (userId === ownerId) return 'allowed';
    if (userId === '') return 'unknown-user';
    const standing = await readStanding(services, ownerId, userId, false);
    if (standing.capabilities.some((capability) => capability.startsWith('PUBLISH_'))) return 'allowed';
    await putOut(services, callIvs)(ownerId, stageArn, participantId, reasonFor(standing));
    return 'put-out';
  };

async function readStanding(
  { stageAccess, now }: EnforcementNeeds,
  ownerId: UserId,
  userId: UserId,
  isModerator: boolean,
): Promise<Standing> {
  const access = await stageAccess.read(ownerId, userId);
  return standingOf({ userId, isModerator }, ownerId, access, now());
}

const capabilitiesIn = ({ capabilities = '' }: Readonly<Record<string, string>>): readonly string[] =>
  capabilities.split(',').filter((capability) => capability !== '');

const isWithin = (held: readonly string[], allowed: readonly string[]): boolean =>
  held.every((capability) => allowed.includes(capability));

/** IVS shows it to whoever is put out. */
const reasonFor = ({ banned }: Standing): string => (banned ? 'banned from this stage' : 'no longer invited');
