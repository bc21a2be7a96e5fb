import {
  DeleteStageCommand,
  GetStageCommand,
  ListParticipantsCommand,
  ListStageSessionsCommand,
} from '@aws-sdk/client-ivs-realtime';
import { cannotTell, type Fact, finding, outcomeOf } from './fact.ts';

export const stageFacts: readonly Fact[] = [
  {
    name: 'one-name-two-stages',
    statement: 'Two stages may have one name',
    observe: async (_bench, { twin, stageArn }) => {
      if (typeof twin === 'string') return finding(twin !== stageArn, `CreateStage made ${twin} beside ${stageArn}`);
      const isAboutTheName = ['ConflictException', 'ValidationException'].includes(twin.name);
      return isAboutTheName ? finding(false, `CreateStage: ${twin.name}`) : cannotTell(`CreateStage: ${twin.name}`);
    },
  },
  {
    name: 'missing-stage-has-no-tags',
    statement:
      'Where a permission asks for a tag if there is one, GetStage of a stage that is gone is answered 404, not 403',
    observe: async (_bench, { cleanUp: { forgotten, forgetFailed } }) => {
      const seen = `the clean-up function settled ${forgotten} missing stages, and failed at ${forgetFailed}`;
      return forgotten + forgetFailed === 0 ? cannotTell(seen) : finding(forgotten > 0, seen);
    },
  },
  {
    name: 'idle-stage-has-no-session',
    statement: 'A stage that nobody joined has an empty activeSessionId, or none',
    observe: async ({ aws: { ivs } }, { stageArn: arn }) => {
      const { activeSessionId } = (await ivs.send(new GetStageCommand({ arn }))).stage ?? {};
      return finding(!activeSessionId, `activeSessionId is ${JSON.stringify(activeSessionId)}`);
    },
  },
  {
    name: 'unknown-session-is-empty',
    statement: 'ListParticipants of a session that does not exist is an empty list, not an error',
    observe: async ({ aws: { ivs } }, { stageArn }) => {
      const command = new ListParticipantsCommand({ stageArn, sessionId: 'st-aaaaaaaaaaaaa' });
      const outcome = await outcomeOf(ivs.send(command));
      return finding(outcome === 'accepted', `ListParticipants: ${outcome}`);
    },
  },
  {
    name: 'delete-twice',
    statement: 'Of two DeleteStage at once one finds nothing, and none is a ConflictException',
    observe: async ({ aws: { ivs } }, { twin }) => {
      if (typeof twin !== 'string') return cannotTell('there was no second stage');
      const calls = [1, 2].map(() => outcomeOf(ivs.send(new DeleteStageCommand({ arn: twin }))));
      const outcomes = (await Promise.all(calls)).toSorted();
      return finding(String(outcomes) === 'ResourceNotFoundException,accepted', `DeleteStage: ${outcomes.join(', ')}`);
    },
  },
  {
    name: 'sessions-of-missing-stage',
    statement: 'ListStageSessions of a deleted stage is an empty list, not an error',
    observe: async ({ aws: { ivs } }, { twin }) => {
      if (typeof twin !== 'string') return cannotTell('there was no second stage');
      const outcome = await outcomeOf(ivs.send(new ListStageSessionsCommand({ stageArn: twin })));
      return finding(outcome === 'accepted', `ListStageSessions: ${outcome}`);
    },
  },
];
