import type { Input } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { resourceNotFound } from '../errors.ts';
import type { StageSession } from '../live/stage-sessions.ts';
import { cutPage, keyByAge } from './pages.ts';

export function getStageSession(emulation: Emulation, { stageArn, sessionId }: Input<'GetStageSession'>): Plan {
  return {
    needs: [{ action: 'ivs:GetStageSession', resource: stageArn }],
    apply: () => ({ stageSession: summarize(findSession(emulation, stageArn, sessionId)) }),
  };
}

/** The newest first. Like AWS's other lists below a stage, it knows no missing stage: the list is empty. */
export function listStageSessions(emulation: Emulation, input: Input<'ListStageSessions'>): Plan {
  const { stageArn } = input;
  return {
    needs: [{ action: 'ivs:ListStageSessions', resource: stageArn }],
    apply: () => {
      const sessions = keyByAge(emulation.sessions.get(stageArn) ?? []);
      const { items, ...rest } = cutPage('ListStageSessions', sessions, input);
      return { stageSessions: items.map(summarize), ...rest };
    },
  };
}

function findSession(emulation: Emulation, stageArn: string, sessionId: string): StageSession {
  const session = sessionOf(emulation, stageArn, sessionId);
  if (!session) throw resourceNotFound(`${stageArn}, session ${sessionId}`);
  return session;
}

export function sessionOf({ sessions }: Emulation, stageArn: string, sessionId: string): StageSession | undefined {
  return sessions.get(stageArn)?.find((session) => session.sessionId === sessionId);
}

function summarize({ sessionId, startTime, endTime }: StageSession) {
  return { sessionId, startTime, endTime };
}
