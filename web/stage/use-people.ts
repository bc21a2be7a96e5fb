import type { Guest, Participant, StagedoorApi, StageParticipant, UserId } from '@stagedoor/client';
import { useEffect, useState } from 'preact/hooks';
import { usePolling } from '../parts/use-polling.ts';
import { useSignedIn } from '../signed-in.ts';
import { mergePeople, type Person } from './people.ts';

export interface People {
  readonly people: readonly Person[];
  /** There are more than the API lists at once. */
  readonly hasMore: boolean;
  /** Why the list is not up to date. */
  readonly error: unknown;
  refresh(): void;
}

interface Told {
  readonly participants: readonly Participant[];
  readonly hasMore: boolean;
  readonly guests: readonly Guest[];
}

const pollMs = 5000;

/** For the stage's owner and moderators: everybody else on the stage, also those who only watch. */
export function usePeople(ownerId: UserId, onStage: readonly StageParticipant[]): People {
  const { api, userId } = useSignedIn();
  const [told, setTold] = useState<Told>({ participants: [], hasMore: false, guests: [] });
  const [error, setError] = useState<unknown>(null);

  const refresh = usePolling(true, pollMs, async (signal) => {
    try {
      setTold(await askForPeople(api, ownerId, ownerId === userId, signal));
      setError(null);
    } catch (cause) {
      if (!signal.aborted) setError(cause);
    }
  });

  const silent = told.participants.filter(({ userId: id, state }) => state === 'connected' && !isAmong(onStage, id));
  const names = useNames(silent.map((participant) => participant.userId));
  const people = mergePeople({ onStage, told: told.participants, guests: told.guests, names });
  return { people: people.filter((person) => person.userId !== userId), hasMore: told.hasMore, error, refresh };
}

function isAmong(onStage: readonly StageParticipant[], userId: UserId): boolean {
  return userId === '' || onStage.some((participant) => participant.userId === userId);
}

async function askForPeople(api: StagedoorApi, ownerId: UserId, isOwner: boolean, signal: AbortSignal): Promise<Told> {
  const [page, guests] = await Promise.all([
    api.listParticipants(ownerId, { signal }),
    isOwner ? api.listGuests({ signal }).then((answer) => answer.guests) : [],
  ]);
  return { participants: page.participants, hasMore: page.cursor !== undefined, guests };
}

/** Display names of users who do not send one, from their public stages: asked for once each, one after the other. */
function useNames(userIds: readonly UserId[]): ReadonlyMap<UserId, string> {
  const { api } = useSignedIn();
  const [names, setNames] = useState<ReadonlyMap<UserId, string>>(new Map());
  const wanted = userIds.find((id) => !names.has(id));

  useEffect(() => {
    if (wanted === undefined) return;
    const ending = new AbortController();
    const remember = (name: string) => {
      if (!ending.signal.aborted) setNames((before) => new Map(before).set(wanted, name));
    };
    // Without a stage that we may know of, they stay nameless; the panel has their id.
    api.getStage(wanted, { signal: ending.signal }).then(
      ({ displayName }) => remember(displayName),
      () => remember(''),
    );
    return () => ending.abort();
  }, [api, wanted]);
  return names;
}
