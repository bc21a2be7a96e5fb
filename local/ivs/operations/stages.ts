import type { Input } from '../constraints.ts';
import type { Emulation, Plan, Stage } from '../emulation.ts';
import { changeStage, findStage, needsToCreate, resourceArn } from '../emulation.ts';
import { serviceQuotaExceeded } from '../errors.ts';
import { disconnect, isOfStage, roomOf } from '../live/presences.ts';
import { cutPage } from './pages.ts';
import { issueParticipantToken } from './participant-tokens.ts';

/** Names are not unique and there is no idempotency token: every call makes a stage. */
export function createStage(emulation: Emulation, input: Input<'CreateStage'>): Plan {
  const arn = resourceArn(emulation, 'stage', emulation.newId(12));
  return {
    needs: needsToCreate('ivs:CreateStage', arn, input.tags),
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
      findStage(emulation, arn);
      for (const present of roomOf(emulation, arn).present.values()) disconnect(emulation, present, 'stage-deleted');
      for (const token of emulation.burntTokens) if (isOfStage(token, arn)) emulation.burntTokens.delete(token);
      emulation.rooms.delete(arn);
      emulation.sessions.delete(arn);
      emulation.stages.delete(arn);
      return {};
    },
  };
}

/** In the order of the ARNs, which is as good as random: AWS promises none. */
export function listStages(emulation: Emulation, input: Input<'ListStages'>): Plan {
  return {
    needs: [{ action: 'ivs:ListStages', resource: resourceArn(emulation, 'stage', '*') }],
    apply: () => {
      const { items, ...rest } = cutPage('ListStages', emulation.stages, input);
      return { stages: items.map(summarize), ...rest };
    },
  };
}

/** A StageSummary has no endpoints. */
function summarize({ arn, name, activeSessionId, tags }: Stage) {
  return { arn, name, activeSessionId, tags };
}
