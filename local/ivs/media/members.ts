import {
  type Admission,
  type Capability,
  isRefusal,
  type LeftReason,
  type LiveStages,
  type Presence,
  type Refusal,
  type StageNews,
} from '../live/live-stages.ts';
import type { MediaEngine } from './engine.ts';
import type { EventStream } from './event-stream.ts';
import { MediaRefusal } from './media-refusal.ts';

/** A participant that joined through the media plane. */
export interface Member {
  readonly presence: Presence;
  /** That of its latest token. */
  readonly admission: Admission;
  /** Without one, the participant leaves with its last media session. */
  readonly stream: EventStream | undefined;
  /** The media session that it publishes in. */
  readonly publicationId: string | undefined;
}

type OpenMember = { -readonly [Key in keyof Member]: Member[Key] } & {
  /** A member goes on under every token it had: the expiry of a token matters to those who join only. */
  readonly tokens: Set<string>;
  /** Media sessions by id, with the publisher that is viewed. */
  readonly viewings: Map<string, string>;
};

export type Members = ReturnType<typeof createMembers>;

export function createMembers(live: LiveStages, engine: () => Pick<MediaEngine, 'close'>) {
  const members = new Set<OpenMember>();
  const byToken = new Map<string, OpenMember>();
  const bySession = new Map<string, OpenMember>();

  function verify(token: string): Admission {
    return orThrow(live.verify(token));
  }

  /** An earlier member with the same token is ended. */
  function join(token: string): Member {
    const admission = verify(token);
    const presence = orThrow(live.join(admission, { end: (reason) => dismiss(member, reason) }));
    const member: OpenMember = {
      presence,
      admission,
      stream: undefined,
      publicationId: undefined,
      tokens: new Set([token]),
      viewings: new Map(),
    };
    members.add(member);
    byToken.set(token, member);
    presence.onNews((news) => hear(member, news));
    return member;
  }

  function hear(member: OpenMember, news: StageNews): void {
    const isOwn = news.participantId === member.presence.participantId;
    if (news.type === 'unpublished') {
      if (isOwn && member.publicationId !== undefined) endSession(member.publicationId, 'connection-lost');
      endViewings(member, (publisherId) => publisherId === news.participantId);
    }
    if (isOwn && news.type === 'metadata-changed' && !news.capabilities.includes('subscribe')) {
      endViewings(member, () => true);
    }
    const { type, ...participant } = news;
    member.stream?.send(type, participant);
  }

  function endViewings(member: OpenMember, isMeant: (publisherId: string) => boolean): void {
    for (const [id, publisherId] of member.viewings) if (isMeant(publisherId)) endSession(id, 'connection-lost');
  }

  function connect(member: Member, stream: EventStream): void {
    const { participantId, participants } = member.presence;
    const { userId, attributes } = member.admission;
    stream.send('welcome', { participantId, userId, attributes, participants });
    open(member).stream = stream;
  }

  /** What the member published so far ends first: its viewers start anew. */
  function startPublication(member: Member, id: string): void {
    const { presence, stream } = member;
    presence.unpublish();
    open(member).publicationId = id;
    bySession.set(id, open(member));
    refuseSession(id, presence.publish(stream ? 'UNKNOWN' : 'WHIP'));
  }

  function startViewing(member: Member, id: string, publisherId: string): void {
    open(member).viewings.set(id, publisherId);
    bySession.set(id, open(member));
    refuseSession(id, member.presence.subscribe(publisherId));
  }

  function refuseSession(id: string, refusal: Refusal | undefined): void {
    if (!refusal) return;
    endSession(id, 'user-initiated');
    orThrow(refusal);
  }

  /** Does nothing for a session that has ended. */
  function endSession(id: string, reason: LeftReason): void {
    const member = bySession.get(id);
    if (!member) return;
    bySession.delete(id);
    engine().close(id);
    const publisherId = member.viewings.get(id);
    member.viewings.delete(id);
    if (member.publicationId === id) {
      member.publicationId = undefined;
      member.presence.unpublish();
    } else if (publisherId !== undefined && ![...member.viewings.values()].includes(publisherId)) {
      member.presence.unsubscribe(publisherId);
    }
    const hasMedia = member.publicationId !== undefined || member.viewings.size > 0;
    if (!member.stream && !hasMedia) leave(member, reason);
  }

  /** The engine lost all sessions. Publishers are asked to publish again; viewers hear of that as of any publication. */
  function endAllSessions(): void {
    const publishers = [...members].filter(({ publicationId }) => publicationId !== undefined);
    for (const id of [...bySession.keys()]) endSession(id, 'connection-lost');
    for (const { stream } of publishers) stream?.send('republish', {});
  }

  function exchange(member: Member, token: string): Admission {
    const admission = orThrow(member.presence.exchange(token));
    open(member).admission = admission;
    open(member).tokens.add(token);
    byToken.set(token, open(member));
    return admission;
  }

  function leave(member: Member, reason: LeftReason): void {
    if (!forget(open(member))) return;
    member.presence.leave(reason);
  }

  function dismiss(member: OpenMember, reason: LeftReason): void {
    if (!forget(member)) return;
    member.stream?.send('ended', { reason });
    member.stream?.close();
  }

  function forget(member: OpenMember): boolean {
    for (const token of member.tokens) if (byToken.get(token) === member) byToken.delete(token);
    for (const id of [member.publicationId, ...member.viewings.keys()]) {
      if (id === undefined) continue;
      bySession.delete(id);
      engine().close(id);
    }
    return members.delete(member);
  }

  /** Every Member is made here. */
  const open = (member: Member) => member as OpenMember;

  return {
    verify,
    join,
    connect,
    startPublication,
    startViewing,
    endSession,
    endAllSessions,
    exchange,
    leave,
    byToken: (token: string): Member | undefined => byToken.get(token),
    bySession: (id: string): Member | undefined => bySession.get(id),
    /** The participant of another stage is a replica's source; whether there is one is known when somebody subscribes. */
    findPublication(stageArn: string, participantId: string): string | undefined {
      const candidates = [...members].filter(({ presence }) => presence.participantId === participantId);
      const own = candidates.find(({ admission }) => admission.stageArn === stageArn);
      return (own ?? candidates[0])?.publicationId;
    },
    dismissAll() {
      for (const member of [...members]) {
        member.presence.leave('connection-lost');
        dismiss(member, 'connection-lost');
      }
    },
  };
}

export function requireCapability({ canPublish, canSubscribe }: Admission, capability: Capability): void {
  const isAllowed = capability === 'publish' ? canPublish : canSubscribe;
  if (!isAllowed) throw new MediaRefusal(403, 'TOKEN_NOT_ALLOWED', `The token does not allow to ${capability}`);
}

function orThrow<Value extends object>(value: Value | Refusal): Value {
  if (!isRefusal(value)) return value as Value;
  const headers = value.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  throw new MediaRefusal(value.status, value.code, value.message, headers);
}
