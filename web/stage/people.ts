import type { Guest, Participant, Role, StageParticipant, UserId } from '@stagedoor/client';

/** A user on the stage, with one participant or more: a shared screen and an encoder are participants of their own. */
export interface Person {
  readonly key: string;
  /** Empty if their token named none: then they can be kicked only. */
  readonly userId: UserId;
  readonly name: string;
  /** Null: not known, as of somebody who only watches. */
  readonly role: Role | null;
  /** Known to the host only. */
  readonly isInvited: boolean;
  readonly participantIds: readonly string[];
  readonly isPublishing: boolean;
  readonly audioMuted: boolean;
}

export interface PeopleSources {
  /** Of the session: with names, but IVS shows it publishers only. */
  readonly onStage: readonly StageParticipant[];
  /** Of the API: everybody, without names. */
  readonly told: readonly Participant[];
  readonly guests: readonly Guest[];
  readonly names: ReadonlyMap<UserId, string>;
}

/** Publishers first, then in the order of their coming. */
export function mergePeople(sources: PeopleSources): Person[] {
  const groups = new Map<
    string,
    { userId: UserId; seen: StageParticipant[]; ids: Set<string>; isPublishing: boolean }
  >();
  const groupOf = (userId: UserId, participantId: string) => {
    const key = userId === '' ? participantId : userId;
    const group = groups.get(key) ?? { userId, seen: [], ids: new Set(), isPublishing: false };
    groups.set(key, group);
    group.ids.add(participantId);
    return group;
  };
  for (const participant of sources.onStage) {
    const group = groupOf(participant.userId, participant.participantId);
    group.seen.push(participant);
    group.isPublishing ||= participant.isPublishing;
  }
  for (const participant of sources.told.filter(({ state }) => state === 'connected')) {
    groupOf(participant.userId, participant.participantId).isPublishing ||= participant.publishing;
  }
  const people = [...groups].map(([key, { userId, seen, ids, isPublishing }]) => ({
    key,
    userId,
    name: seen.find(({ name }) => name !== '')?.name ?? (sources.names.get(userId) || shortName(key)),
    role: seen.find(({ role }) => role !== null)?.role ?? null,
    isInvited: sources.guests.some((guest) => guest.userId === userId),
    participantIds: [...ids],
    isPublishing,
    audioMuted: seen.some((participant) => participant.isPublishing && participant.audioMuted),
  }));
  return people.toSorted((one, other) => Number(other.isPublishing) - Number(one.isPublishing));
}

/** For somebody whose name is not known. */
export function shortName(id: string): string {
  return `User ${id.slice(0, 6)}`;
}
