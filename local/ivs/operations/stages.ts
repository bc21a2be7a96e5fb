import type { Input } from '../constraints.ts';
import type { Emulation, Plan, Stage } from '../emulation.ts';
import { changeStage, findStage, stageArn } from '../emulation.ts';
import { serviceQuotaExceeded, validationFailed } from '../errors.ts';
import { issueParticipantToken } from './participant-tokens.ts';

/** Names are not unique and there is no idempotency token: every call makes a stage. */
export function createStage(emulation: Emulation, input: Input<'CreateStage'>): Plan {
  const arn = stageArn(emulation, emulation.newId(12));
  const need = { resource: arn, requestTags: input.tags };
  const isTagged = Object.keys(input.tags ?? {}).length > 0;
  return {
    needs: [
      { action: 'ivs:CreateStage', ...need },
      ...(isTagged ? [{ action: 'ivs:TagResource', ...need } as const] : []),
    ],
    apply: () => {
      const stage = addStage(emulation, arn, input);
      const configurations = input.participantTokenConfigurations ?? [];
      const participantTokens = configurations.map((each) => issueParticipantToken(emulation, stage, each));
      return { stage, participantTokens };
    },
  };
}

function addStage(emulation: Emulation, arn: string, { name = '', tags = {} }: Input<'CreateStage'>): Stage {
  const { stages, stageQuota, endpoints } = emulation;
  if (stages.size >= stageQuota) {
    throw serviceQuotaExceeded(`Your account has reached its quota of ${stageQuota} stages in this region`);
  }
  const stage = { arn, name, activeSessionId: '', tags, endpoints };
  stages.set(arn, stage);
  return stage;
}

export function getStage(emulation: Emulation, { arn }: Input<'GetStage'>): Plan {
  return {
    needs: [{ action: 'ivs:GetStage', resource: arn }],
    apply: () => ({ stage: findStage(emulation, arn) }),
  };
}

export function updateStage(emulation: Emulation, { arn, name }: Input<'UpdateStage'>): Plan {
  return {
    needs: [{ action: 'ivs:UpdateStage', resource: arn }],
    apply: () => ({ stage: changeStage(emulation, arn, name === undefined ? {} : { name }) }),
  };
}

export function deleteStage(emulation: Emulation, { arn }: Input<'DeleteStage'>): Plan {
  return {
    needs: [{ action: 'ivs:DeleteStage', resource: arn }],
    apply: () => {
      emulation.stages.delete(findStage(emulation, arn).arn);
      return {};
    },
  };
}

/** In the order of the ARNs, which is as good as random: AWS promises none. */
export function listStages(emulation: Emulation, { nextToken, maxResults = 50 }: Input<'ListStages'>): Plan {
  return {
    needs: [{ action: 'ivs:ListStages', resource: stageArn(emulation, '*') }],
    apply: () => {
      const after = nextToken ? decodeNextToken(nextToken) : '';
      const arns = [...emulation.stages.keys()].filter((arn) => arn > after).sort();
      const page = arns.slice(0, maxResults);
      const last = arns.length > maxResults ? page.at(-1) : undefined;
      return {
        stages: page.map((arn) => summarize(findStage(emulation, arn))),
        ...(last === undefined ? {} : { nextToken: encodeNextToken(last) }),
      };
    },
  };
}

/** A StageSummary has no endpoints. */
function summarize({ arn, name, activeSessionId, tags }: Stage) {
  return { arn, name, activeSessionId, tags };
}

const encodeNextToken = (lastArn: string) => Buffer.from(`after ${lastArn}`).toString('base64url');

function decodeNextToken(nextToken: string): string {
  const lastArn = /^after (arn:.+)$/.exec(Buffer.from(nextToken, 'base64url').toString())?.[1];
  if (lastArn === undefined || encodeNextToken(lastArn) !== nextToken) throw validationFailed('Invalid nextToken');
  return lastArn;
}
