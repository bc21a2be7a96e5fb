import {
  type Connection,
  type ConnectOptions,
  type EndReason,
  type MediaKind,
  TransportError,
  type TransportParticipant,
} from '../transport.ts';
import { callEmulator } from './call-emulator.ts';
import { createMuteTeller } from './mute-teller.ts';
import type { Presence } from './presence.ts';
import type { ParticipantNews, PresenceEvent, ToldParticipant, Welcome } from './presence-events.ts';
import { createPublication } from './publication.ts';
import { createViewings } from './viewings.ts';

export function openConnection(
  presence: Presence,
  welcome: Welcome,
  events: AsyncIterable<PresenceEvent>,
  { listener, subscribeTo }: ConnectOptions,
): Connection {
  const others = new Map<string, TransportParticipant>();
  const publication = createPublication(presence, (error) => listener.onPublishFailed(error));
  const viewings = createViewings(presence, (participantId, tracks) => listener.onTracks(participantId, tracks));
  const muteTeller = createMuteTeller(presence);
  let published: readonly MediaStreamTrack[] = [];
  let canSubscribe = false;

  for (const participant of welcome.participants) {
    if (isOneself(participant)) canSubscribe = participant.capabilities.includes('subscribe');
  }
  for (const participant of welcome.participants) {
    if (!isOneself(participant)) put(participant, participant.publishing);
  }
  void follow();

  async function follow(): Promise<void> {
    try {
      for await (const event of events) hear(event);
    } catch {
      // The stream broke off.
    }
    end('connection-lost');
  }

  function hear(event: PresenceEvent): void {
    if (isEnded() || event.type === 'welcome') return;
    if (event.type === 'ended') end(event.reason);
    else if (event.type === 'republish') publication.republish();
    else if (!isOneself(event)) hearOfOther(event);
  }

  function hearOfOther(news: ParticipantNews): void {
    if (news.type === 'left') forget(news.participantId);
    else put(news, isPublishing(news));
  }

  function isPublishing({ type, participantId }: ParticipantNews): boolean {
    if (type === 'published') return true;
    return type !== 'unpublished' && others.get(participantId)?.isPublishing === true;
  }

  function put(told: ToldParticipant, isPublishing: boolean): void {
    const { participantId: id, userId, attributes, audioMuted, videoMuted } = told;
    const participant = { id, userId, attributes, isPublishing, audioMuted, videoMuted };
    others.set(id, participant);
    listener.onParticipant(participant);
    view(participant);
  }

  /** Listeners may have ended the presence, or changed what is wanted of the participant. */
  function view(participant: TransportParticipant): void {
    if (isEnded() || others.get(participant.id) !== participant) return;
    const isWanted = participant.isPublishing && canSubscribe;
    viewings.view(participant.id, isWanted ? [...subscribeTo(participant)].sort() : []);
  }

  function viewAll(): void {
    for (const participant of [...others.values()]) view(participant);
  }

  function forget(participantId: string): void {
    others.delete(participantId);
    viewings.view(participantId, []);
    listener.onParticipantLeft(participantId);
  }

  /** A right that ended has ended what was done with it: at the emulator by then, and here. */
  function allow(mayPublish: boolean, maySubscribe: boolean): void {
    if (!mayPublish) publication.close();
    canSubscribe = maySubscribe;
    viewAll();
  }

  async function publish(tracks: readonly MediaStreamTrack[]): Promise<void> {
    published = tracks;
    for (const kind of ['audio', 'video'] as const) muteTeller.setMuted(kind, !isAudible(kind));
    if (tracks.length > 0) await muteTeller.told();
    await publication.publish(tracks);
  }

  /** Or visible. */
  function isAudible(kind: MediaKind): boolean {
    return published.some((track) => track.kind === kind && track.enabled);
  }

  function setMuted(kind: MediaKind, muted: boolean): void {
    for (const track of published) if (track.kind === kind) track.enabled = !muted;
    muteTeller.setMuted(kind, !isAudible(kind));
  }

  async function exchange(token: string): Promise<void> {
    const body = { type: 'application/json', text: JSON.stringify({ token }) } as const;
    try {
      const response = await callEmulator(presence, 'POST', '/live/exchange', body);
      presence.token = token;
      const { canPublish, canSubscribe: maySubscribe } = await response.json();
      allow(canPublish, maySubscribe);
    } catch (error) {
      throw isEnded() ? error : refuseExchange(error as Error);
    }
  }

  /** Whoever is put out at that moment hears why by the event stream. */
  function refuseExchange(error: Error): Error {
    const isRefused = error instanceof TransportError && error.code.startsWith('token-');
    if (!isRefused) return error;
    end('exchange-refused');
    return new TransportError('exchange-refused', error.message, { cause: error });
  }

  function end(reason: EndReason): void {
    if (isEnded()) return;
    leave();
    listener.onEnded(reason);
  }

  function leave(): void {
    presence.ending.abort();
    publication.close();
    viewings.closeAll();
  }

  function isOneself({ participantId }: ToldParticipant): boolean {
    return participantId === welcome.participantId;
  }

  function isEnded(): boolean {
    return presence.ending.signal.aborted;
  }

  return { publish, setMuted, refreshSubscriptions: viewAll, exchange, leave };
}
