import type { Input } from '../constraints.ts';
import type { Emulation, IngestConfiguration, Plan } from '../emulation.ts';
import { find, findStage, needsToCreate, resourceArn } from '../emulation.ts';
import { conflict, serviceQuotaExceeded, validationFailed } from '../errors.ts';
import { isIngesting, stopIngest } from '../live/ingests.ts';
import { cutPage } from './pages.ts';

const ingestConfigurationQuota = 100;

export function createIngestConfiguration(emulation: Emulation, input: Input<'CreateIngestConfiguration'>): Plan {
  const arn = resourceArn(emulation, 'ingest-configuration', emulation.newId(12));
  return {
    needs: needsToCreate('ivs:CreateIngestConfiguration', arn, input.tags),
    apply: () => ({ ingestConfiguration: describe(emulation, addIngestConfiguration(emulation, arn, input)) }),
  };
}

function addIngestConfiguration(emulation: Emulation, arn: string, input: Input<'CreateIngestConfiguration'>) {
  const { name = '', stageArn = '', userId = '', attributes = {}, ingestProtocol, tags = {} } = input;
  if (ingestProtocol === 'RTMP' && !input.insecureIngest) {
    throw validationFailed('insecureIngest must be true if ingestProtocol is RTMP');
  }
  if (stageArn !== '' && !emulation.stages.has(stageArn)) throw validationFailed('stageArn names no stage');
  if (emulation.ingestConfigurations.size >= ingestConfigurationQuota) {
    const quota = `${ingestConfigurationQuota} ingest configurations`;
    throw serviceQuotaExceeded(`Your account has reached its quota of ${quota} in this region`);
  }
  const participantId = emulation.newId(12);
  const streamKey = newStreamKey(emulation);
  const identity = { arn, name, ingestProtocol, streamKey, stageArn, participantId, userId, attributes, tags };
  const configuration = withRedundancy(emulation, { ...identity, redundantIngest: false }, input.redundantIngest);
  emulation.ingestConfigurations.set(arn, configuration);
  return configuration;
}

function withRedundancy(
  emulation: Emulation,
  configuration: IngestConfiguration,
  redundantIngest = configuration.redundantIngest,
): IngestConfiguration {
  if (redundantIngest === configuration.redundantIngest) return configuration;
  const { redundantIngestCredentials: _credentials, ...single } = configuration;
  if (!redundantIngest) return { ...single, redundantIngest };
  const redundantIngestCredentials = ['first', 'second'].map(() => ({
    participantId: emulation.newId(12),
    streamKey: newStreamKey(emulation),
  }));
  return { ...single, redundantIngest, redundantIngestCredentials };
}

const newStreamKey = ({ accountId, region, newId }: Emulation) => `rt_${accountId}_${region}_${newId(12)}_${newId(24)}`;

export function getIngestConfiguration(emulation: Emulation, { arn }: Input<'GetIngestConfiguration'>): Plan {
  return {
    needs: [{ action: 'ivs:GetIngestConfiguration', resource: arn }],
    apply: () => ({ ingestConfiguration: describe(emulation, find(emulation.ingestConfigurations, arn)) }),
  };
}

export function updateIngestConfiguration(emulation: Emulation, input: Input<'UpdateIngestConfiguration'>): Plan {
  const { arn, redundantIngest } = input;
  return {
    needs: [{ action: 'ivs:UpdateIngestConfiguration', resource: arn }],
    apply: () => {
      const configuration = find(emulation.ingestConfigurations, arn);
      const { stageArn = configuration.stageArn } = input;
      if (isIngesting(emulation, configuration)) throw conflict('An active ingest configuration cannot be updated');
      if (input.stageArn) findStage(emulation, stageArn);
      const updated = withRedundancy(emulation, { ...configuration, stageArn }, redundantIngest);
      emulation.ingestConfigurations.set(arn, updated);
      return { ingestConfiguration: describe(emulation, updated) };
    },
  };
}

export function deleteIngestConfiguration(emulation: Emulation, input: Input<'DeleteIngestConfiguration'>): Plan {
  const { arn, force = false } = input;
  return {
    needs: [{ action: 'ivs:DeleteIngestConfiguration', resource: arn }],
    apply: () => {
      const configuration = find(emulation.ingestConfigurations, arn);
      if (isIngesting(emulation, configuration) && !force) {
        throw conflict('An active ingest configuration is deleted by force only');
      }
      stopIngest(emulation, configuration);
      emulation.ingestConfigurations.delete(arn);
      return {};
    },
  };
}

export function listIngestConfigurations(emulation: Emulation, input: Input<'ListIngestConfigurations'>): Plan {
  const { filterByStageArn, filterByState } = input;
  return {
    needs: [{ action: 'ivs:ListIngestConfigurations', resource: '*' }],
    apply: () => {
      const matching = [...emulation.ingestConfigurations].filter(
        ([, each]) =>
          (filterByStageArn === undefined || each.stageArn === filterByStageArn) &&
          (filterByState === undefined || describe(emulation, each).state === filterByState),
      );
      const { items, ...rest } = cutPage('ListIngestConfigurations', matching, input);
      return { ingestConfigurations: items.map((each) => summarize(emulation, each)), ...rest };
    },
  };
}

function describe(emulation: Emulation, configuration: IngestConfiguration) {
  return { ...configuration, state: isIngesting(emulation, configuration) ? 'ACTIVE' : 'INACTIVE' };
}

function summarize(emulation: Emulation, configuration: IngestConfiguration) {
  const { arn, name, ingestProtocol, stageArn, participantId, userId, redundantIngest, state } = describe(
    emulation,
    configuration,
  );
  return { arn, name, ingestProtocol, stageArn, participantId, userId, redundantIngest, state };
}
