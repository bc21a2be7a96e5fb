import type { Role } from '../../contract/stages.ts';
import type { MediaKind, TransportParticipant } from '../transport/transport.ts';
import { kindsAllowed, signedCapabilities } from './granted-media.ts';
import type { StageParticipant } from './stage-session.ts';

interface Entry {
  readonly participant: TransportParticipant | null;
  readonly tracks: readonly MediaStreamTrack[];
}

const ROLES: readonly Role[] = ['host', 'guest', 'moderator', 'viewer'];
const UNKNOWN: Entry = { participant: null, tracks: [] };

/** The others on the stage with their media, as far as it was granted to them and `maySee` lets it through. */
export class ParticipantList {
  current: readonly StageParticipant[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #maySee: (participant: TransportParticipant) => readonly MediaKind[];
  readonly #onChange: (participants: readonly StageParticipant[]) => void;

  constructor(
    maySee: (participant: TransportParticipant) => readonly MediaKind[],
    onChange: (participants: readonly StageParticipant[]) => void,
  ) {
    this.#maySee = maySee;
    this.#onChange = onChange;
  }

  put(participant: TransportParticipant): void {
    this.#change(participant.id, { participant });
  }

  /** Tracks may come before their participant, and are kept for them. Their end may come after the participant's. */
  putTracks(participantId: string, tracks: readonly MediaStreamTrack[]): void {
    if (tracks.length === 0 && !this.#entries.has(participantId)) return;
    this.#change(participantId, { tracks });
  }

  remove(participantId: string): void {
    if (this.#entries.delete(participantId)) this.refresh();
  }

  clear(): void {
    this.#entries.clear();
    this.refresh();
  }

  /** After a change of what may be seen. */
  refresh(): void {
    if (this.#entries.size === 0 && this.current.length === 0) return;
    this.current = [...this.#entries.values()].flatMap(({ participant, tracks }) =>
      participant === null ? [] : [this.#view(participant, tracks)],
    );
    this.#onChange(this.current);
  }

  #change(participantId: string, change: Partial<Entry>): void {
    this.#entries.set(participantId, { ...UNKNOWN, ...this.#entries.get(participantId), ...change });
    this.refresh();
  }

  #view(participant: TransportParticipant, tracks: readonly MediaStreamTrack[]): StageParticipant {
    const { id, userId, attributes, isPublishing, audioMuted, videoMuted } = participant;
    const kinds = this.#maySee(participant);
    const track = (kind: MediaKind) =>
      kinds.includes(kind) ? (tracks.find((candidate) => candidate.kind === kind) ?? null) : null;
    return {
      participantId: id,
      userId,
      name: attributes.name ?? '',
      role: ROLES.find((role) => role === attributes.role) ?? null,
      capabilities: signedCapabilities(attributes),
      isPublishing,
      audioMuted,
      videoMuted,
      audio: track('audio'),
      video: track('video'),
    };
  }
}

/** What a participant was granted to publish, as far as oneself may receive it. */
export function receivableKinds(
  participant: TransportParticipant,
  mayReceive: readonly MediaKind[],
): readonly MediaKind[] {
  return kindsAllowed('PUBLISH', signedCapabilities(participant.attributes)).filter((kind) =>
    mayReceive.includes(kind),
  );
}
