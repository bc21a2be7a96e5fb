import type { PublishingKind } from '../../lambdas/stages/live/publishers.ts';
import type { StageUpdate } from '../../lambdas/stages/live/stage-update.ts';
import type { IvsParticipant, PublishingChange } from '../../lambdas/stages/ports.ts';
import type { Tags } from '../../lambdas/stages/stage-tags.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface MemoryStage {
  readonly arn: string;
  name: string;
  tags: Tags;
  activeSessionId?: string;
}

/** What a token says of its holder. */
export interface MemoryIdentity {
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const NOBODY_KNOWN: MemoryIdentity = { userId: '', attributes: {} };

interface MemoryParticipant {
  identity: MemoryIdentity;
  connected: boolean;
  /** Put out: nobody comes back with this token. */
  burnt: boolean;
  publishing: boolean;
  /** In the session that is active. */
  everPublished: boolean;
  changes: PublishingChange[];
}

/**
 * Who is on which stage of a MemoryIvs. What IVS would tell by EventBridge is put into `events`, for the test to deliver,
 * lose, double or turn round.
 */
export class MemorySessions {
  readonly stages = new Map<string, MemoryStage>();
  readonly events: StageUpdate[] = [];
  /** Microseconds by which the times of events are rounded down: 1,000,000 is an IVS that tells whole seconds. */
  eventPrecision = 1;
  protected readonly clock: VirtualClock;
  readonly #people = new Map<string, Map<string, MemoryParticipant>>();
  #sessionsMade = 0;
  #lastMicrosecond = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** The first one to join opens a session. */
  join(arn: string, participantId: string, identity: MemoryIdentity = NOBODY_KNOWN): void {
    const known = this.#peopleOf(arn).get(participantId);
    if (known?.burnt) throw new Error(`${participantId} was disconnected from ${arn}`);
    this.#openSession(arn);
    const nobody = { burnt: false, publishing: false, everPublished: false, changes: [] };
    this.#peopleOf(arn).set(participantId, { ...(known ?? nobody), identity, connected: true });
  }

  /** Puts another token in place of the one that somebody joined with. */
  exchange(arn: string, participantId: string, identity: MemoryIdentity): void {
    this.#connected(arn, participantId).identity = identity;
  }

  publish(arn: string, participantId: string): void {
    this.#openSession(arn);
    this.#change(arn, participantId, true);
  }

  unpublish(arn: string, participantId: string): void {
    this.#change(arn, participantId, false);
  }

  /** Ends the publishing too. */
  leave(arn: string, participantId: string): void {
    this.unpublish(arn, participantId);
    this.#connected(arn, participantId).connected = false;
  }

  /** Tells of a publish error, which by itself ends nothing. */
  failToPublish(arn: string, participantId: string): void {
    this.#connected(arn, participantId);
    this.#tell(arn, participantId, 'failed', this.#tick());
  }

  /** IVS does so a few minutes after the last publisher stopped, whoever is still connected. */
  endSession(arn: string): void {
    if (this.publishing(arn).length > 0) throw new Error(`somebody publishes on ${arn}: its session goes on`);
    delete this.#stage(arn).activeSessionId;
  }

  /** The truth: who is there now. */
  connected(arn: string): readonly string[] {
    return [...this.#peopleOf(arn)].flatMap(([participantId, { connected }]) => (connected ? [participantId] : []));
  }

  /** The truth: who publishes now. */
  publishing(arn: string): readonly string[] {
    return [...this.#peopleOf(arn)].flatMap(([participantId, { publishing }]) => (publishing ? [participantId] : []));
  }

  /** The truth: whether somebody's token is used up. */
  wasPutOut(arn: string, participantId: string): boolean {
    return this.#peopleOf(arn).get(participantId)?.burnt ?? false;
  }

  /** The truth: with which token somebody is or was there. */
  whoIs(arn: string, participantId: string): MemoryIdentity | undefined {
    return this.#peopleOf(arn).get(participantId)?.identity;
  }

  protected publishersOf(arn: string, sessionId: string): readonly IvsParticipant[] {
    if (this.stages.get(arn)?.activeSessionId !== sessionId) return [];
    const everybody = [...this.#peopleOf(arn)];
    return everybody.filter(([, { everPublished }]) => everPublished).map(toIvsParticipant);
  }

  protected everybodyOf(arn: string, sessionId: string, userId: string | undefined): readonly IvsParticipant[] {
    if (this.stages.get(arn)?.activeSessionId !== sessionId) return [];
    const everybody = [...this.#peopleOf(arn)].map(toIvsParticipant);
    return everybody.filter((participant) => userId === undefined || participant.userId === userId);
  }

  protected identityOf(arn: string, sessionId: string, participantId: string): MemoryIdentity | undefined {
    if (this.stages.get(arn)?.activeSessionId !== sessionId) return undefined;
    return this.#peopleOf(arn).get(participantId)?.identity;
  }

  /** Somebody who never joined is not found, and keeps the token. */
  protected putOut(arn: string, participantId: string): void {
    const participant = this.#peopleOf(arn).get(participantId);
    if (!participant) return;
    participant.burnt = true;
    if (participant.connected) this.leave(arn, participantId);
  }

  protected publishingOf(arn: string, sessionId: string, participantId: string): readonly PublishingChange[] {
    if (this.stages.get(arn)?.activeSessionId !== sessionId) return [];
    return this.#peopleOf(arn).get(participantId)?.changes ?? [];
  }

  /** Ends all that goes on there, without an event. */
  removeStage(arn: string): void {
    this.stages.delete(arn);
    this.#people.delete(arn);
  }

  /** Whoever stayed since the last session comes along into the new one. */
  #openSession(arn: string): void {
    const stage = this.#stage(arn);
    if (stage.activeSessionId !== undefined) return;
    stage.activeSessionId = `st-${++this.#sessionsMade}`;
    for (const [participantId, participant] of this.#peopleOf(arn)) {
      if (participant.connected) Object.assign(participant, { everPublished: false, changes: [] });
      else if (!participant.burnt) this.#peopleOf(arn).delete(participantId);
    }
  }

  #change(arn: string, participantId: string, publishing: boolean): void {
    const participant = this.#connected(arn, participantId);
    if (participant.publishing === publishing) return;
    const at = this.#tick();
    participant.publishing = publishing;
    participant.everPublished = true;
    participant.changes.push({ kind: publishing ? 'started' : 'stopped', at: new Date(Math.floor(at / 1000)) });
    this.#tell(arn, participantId, publishing ? 'published' : 'unpublished', at);
  }

  #tell(stageArn: string, participantId: string, kind: PublishingKind, microsecond: number): void {
    const within = this.eventPrecision;
    const moment = { at: Math.floor(microsecond / within) * within, within };
    const { userId } = this.#connected(stageArn, participantId).identity;
    this.events.push({ kind, stageArn, participantId, userId, moment, replica: false });
  }

  /** Microseconds that only go up, even while the clock stands still. */
  #tick(): number {
    this.#lastMicrosecond = Math.max(this.clock.now().getTime() * 1000, this.#lastMicrosecond + 1);
    return this.#lastMicrosecond;
  }

  #connected(arn: string, participantId: string): MemoryParticipant {
    const participant = this.#peopleOf(arn).get(participantId);
    if (!participant?.connected) throw new Error(`${participantId} is not on ${arn}`);
    return participant;
  }

  #stage(arn: string): MemoryStage {
    const stage = this.stages.get(arn);
    if (!stage) throw new Error(`there is no stage ${arn}`);
    return stage;
  }

  #peopleOf(arn: string): Map<string, MemoryParticipant> {
    const people = this.#people.get(arn) ?? new Map<string, MemoryParticipant>();
    if (this.stages.has(arn)) this.#people.set(arn, people);
    return people;
  }
}

const toIvsParticipant = ([participantId, { identity, connected }]: [string, MemoryParticipant]): IvsParticipant => ({
  participantId,
  userId: identity.userId,
  connected,
});
