import type { Emulation, IngestConfiguration, PublicKey, Stage } from './emulation.ts';
import { noteEvent, type ParticipantRecord, type StageSession } from './live/stage-sessions.ts';

/** Safe to keep as JSON. Whoever is connected is not in it, nor is a replication. It holds stream keys: keep it to yourself. */
export interface EmulatorState {
  readonly stages: readonly Stage[];
  readonly publicKeys?: readonly PublicKey[];
  readonly ingestConfigurations?: readonly IngestConfiguration[];
  readonly sessions?: readonly StoredSession[];
  readonly burntTokens?: readonly string[];
}

interface StoredSession extends Omit<StageSession, 'participants'> {
  readonly stageArn: string;
  readonly participants: readonly ParticipantRecord[];
}

export function takeSnapshot(emulation: Emulation): EmulatorState {
  const { stages, publicKeys, ingestConfigurations, sessions, burntTokens } = emulation;
  return structuredClone({
    stages: [...stages.values()],
    publicKeys: [...publicKeys.values()],
    ingestConfigurations: [...ingestConfigurations.values()],
    sessions: [...sessions].flatMap(([stageArn, each]) => each.map((session) => store(stageArn, session))),
    burntTokens: [...burntTokens],
  });
}

function store(stageArn: string, session: StageSession): StoredSession {
  return { ...session, stageArn, participants: [...session.participants.values()] };
}

export function restoreSnapshot(emulation: Emulation, state: EmulatorState): void {
  const {
    stages,
    publicKeys = [],
    ingestConfigurations = [],
    sessions = [],
    burntTokens = [],
  } = structuredClone(state);
  for (const stage of stages) emulation.stages.set(stage.arn, stage);
  for (const publicKey of publicKeys) emulation.publicKeys.set(publicKey.arn, publicKey);
  for (const each of ingestConfigurations) emulation.ingestConfigurations.set(each.arn, each);
  for (const burnt of burntTokens) emulation.burntTokens.add(burnt);
  for (const { stageArn, participants, ...rest } of sessions) {
    const session = { ...rest, participants: new Map(participants.map((each) => [each.participantId, each])) };
    disconnectEverybody(emulation, session);
    emulation.sessions.set(stageArn, [...(emulation.sessions.get(stageArn) ?? []), session]);
  }
}

function disconnectEverybody(emulation: Emulation, session: StageSession): void {
  const connected = [...session.participants.values()].filter(({ state }) => state === 'CONNECTED');
  for (const record of connected) {
    record.state = 'DISCONNECTED';
    noteEvent(emulation, record, 'LEFT');
  }
  if (connected.length === 0 || session.endTime !== undefined) return;
  session.endsAt ??= new Date(emulation.clock().getTime() + emulation.sessionEndDelayMs).toISOString();
}
