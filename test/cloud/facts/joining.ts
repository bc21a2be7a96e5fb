import {
  DisconnectParticipantCommand,
  GetStageCommand,
  ListParticipantsCommand,
  ListStageSessionsCommand,
} from '@aws-sdk/client-ivs-realtime';
import type { ParticipantToken } from '../../../contract/stages.ts';
import type { Bench, Evidence } from '../evidence.ts';
import { askIvsForToken } from '../steps.ts';
import { offerToPublish } from '../whip.ts';
import { cannotTell, type Fact, finding } from './fact.ts';

const MOST_LOOKS = 10;

/** By WHIP, without media: whether somebody then counts as joined is one of the questions. */
export const joiningFacts: readonly Fact[] = [
  {
    name: 'signed-token-is-admitted',
    statement: 'IVS admits whoever has a token that the deployment signed, and nobody with a forged one',
    observe: async (bench, evidence) => {
      const { token, issuedBy } = await newToken(bench, evidence);
      if (issuedBy === 'ivs-api') return cannotTell('this deployment has IVS make its tokens');
      const forged = await statusOfJoin(bench, token.replace(/[^.]+$/, 'A'.repeat(128)));
      const own = await statusOfJoin(bench, token);
      const seen = `WHIP answered ${own} to the signed one, ${forged} to the forged one`;
      if (own === 201) return finding(isRefused(forged), seen);
      if (!isRefused(own)) return cannotTell(seen);
      // Where not even IVS's own token opens the way, something else than the signature is in it.
      const control = await statusOfJoin(bench, (await askIvsForToken(bench, evidence.stageArn, evidence.host)).token);
      const seenWithControl = `${seen}, ${control} to one that IVS made`;
      return control === 201 ? finding(false, seenWithControl) : cannotTell(seenWithControl);
    },
  },
  {
    name: 'disconnected-token-is-used-up',
    statement: 'Who has joined is listed within 10 s, and after DisconnectParticipant cannot join again with the token',
    observe: async (bench, evidence) => {
      const { token, participantId } = await newToken(bench, evidence);
      const { stageArn } = evidence;
      const session = await offerToPublish(bench.deployment, token);
      if (session.status !== 201) return cannotTell(`WHIP answered ${session.status}`);
      try {
        const looks = await lookFor(bench, stageArn, participantId);
        if (looks === undefined) return cannotTell(`WHIP answered 201, but nobody was listed in ${MOST_LOOKS} looks`);
        await bench.aws.ivs.send(new DisconnectParticipantCommand({ stageArn, participantId }));
        const again = await statusOfJoin(bench, token);
        return finding(isRefused(again), `listed at look ${looks}; then WHIP answered ${again}`);
      } finally {
        await session.end();
      }
    },
  },
  {
    name: 'sessions-newest-first',
    statement: 'ListStageSessions tells the newest session first',
    observe: async ({ aws: { ivs } }, { stageArn }) => {
      const { stageSessions = [] } = await ivs.send(new ListStageSessionsCommand({ stageArn }));
      const [first, second] = stageSessions.map(({ startTime }) => startTime?.getTime() ?? 0);
      if (first === undefined || second === undefined)
        return cannotTell(`${stageSessions.length} sessions on the stage`);
      return finding(first >= second, `the first began ${first - second} ms after the second`);
    },
  },
];

const newToken = ({ api }: Bench, { host }: Evidence) =>
  api.call<ParticipantToken>(host, `POST /stages/${host.userId}/tokens`, { expect: 201 });

const isRefused = (status: number): boolean => status === 401 || status === 403;

async function statusOfJoin({ deployment }: Bench, token: string): Promise<number> {
  const session = await offerToPublish(deployment, token);
  await session.end();
  return session.status;
}

/** At which look, a second apart, a participant was listed. */
async function lookFor(bench: Bench, stageArn: string, participantId: string): Promise<number | undefined> {
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    if (await isListed(bench, stageArn, participantId)) return looks;
    await bench.pause();
  }
  return undefined;
}

async function isListed({ aws: { ivs } }: Bench, stageArn: string, participantId: string): Promise<boolean> {
  const { activeSessionId: sessionId } = (await ivs.send(new GetStageCommand({ arn: stageArn }))).stage ?? {};
  if (!sessionId) return false;
  const { participants = [] } = await ivs.send(new ListParticipantsCommand({ stageArn, sessionId }));
  return participants.some((participant) => participant.participantId === participantId);
}
