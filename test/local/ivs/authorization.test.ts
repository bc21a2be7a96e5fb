import {
  CreateIngestConfigurationCommand,
  CreateParticipantTokenCommand,
  CreateStageCommand,
  GetIngestConfigurationCommand,
  GetPublicKeyCommand,
  GetStageCommand,
  ImportPublicKeyCommand,
  ListIngestConfigurationsCommand,
  ListPublicKeysCommand,
  ListStagesCommand,
  StartParticipantReplicationCommand,
  StopParticipantReplicationCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import type { AuthorizationRequest } from '../../../local/ivs/index.ts';
import { makeKeyPair } from './key-pair.ts';
import { connect, runEmulator, serviceError } from './running-emulator.ts';

const anyStage = expect.stringMatching(/^arn:aws:ivs:us-east-1:000000000000:stage\/[a-zA-Z0-9]{12}$/);

async function runRecordingEmulator(decide: (call: AuthorizationRequest) => boolean = () => true) {
  const asked: AuthorizationRequest[] = [];
  const { client, emulator } = await runEmulator({
    authorize: (call) => {
      asked.push(call);
      return { allowed: decide(call), message: `${call.accessKeyId} may not ${call.action}` };
    },
  });
  return { client, emulator, asked };
}

describe('authorization', () => {
  it('asks for CreateStage on the stage to be', async () => {
    const { client, asked } = await runRecordingEmulator();
    const { stage } = await client.send(new CreateStageCommand({}));
    expect(asked).toEqual([{ accessKeyId: 'AKIDTEST', action: 'ivs:CreateStage', resource: stage?.arn, context: {} }]);
  });

  it('asks for CreateStage and for TagResource, both with the tags, when the stage gets tags', async () => {
    const { client, asked } = await runRecordingEmulator();
    await client.send(new CreateStageCommand({ tags: { env: 'dev', owner: 'ada' } }));
    const context = {
      'aws:RequestTag/env': 'dev',
      'aws:RequestTag/owner': 'ada',
      'aws:TagKeys': ['env', 'owner'],
    };
    expect(asked).toEqual([
      { accessKeyId: 'AKIDTEST', action: 'ivs:CreateStage', resource: anyStage, context },
      { accessKeyId: 'AKIDTEST', action: 'ivs:TagResource', resource: asked[0]?.resource, context },
    ]);
  });

  it('makes no stage when tagging it is denied', async () => {
    const { client, emulator } = await runRecordingEmulator(({ action }) => action !== 'ivs:TagResource');
    await expect(client.send(new CreateStageCommand({ tags: { env: 'dev' } }))).rejects.toMatchObject({
      ...serviceError('AccessDeniedException', 403),
      message: 'AKIDTEST may not ivs:TagResource',
    });
    expect(emulator.stages()).toEqual([]);
  });

  it('tells the tags that the stage has, and the keys that the request names', async () => {
    const { client, asked } = await runRecordingEmulator();
    const { stage } = await client.send(new CreateStageCommand({ tags: { env: 'dev' } }));
    const resourceArn = stage?.arn;
    asked.length = 0;
    await client.send(new CreateParticipantTokenCommand({ stageArn: resourceArn }));
    await client.send(new TagResourceCommand({ resourceArn, tags: { env: 'prod' } }));
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['env'] }));
    expect(asked.map(({ action, context }) => [action, context])).toEqual([
      ['ivs:CreateParticipantToken', { 'aws:ResourceTag/env': 'dev' }],
      ['ivs:TagResource', { 'aws:ResourceTag/env': 'dev', 'aws:RequestTag/env': 'prod', 'aws:TagKeys': ['env'] }],
      ['ivs:UntagResource', { 'aws:ResourceTag/env': 'prod', 'aws:TagKeys': ['env'] }],
    ]);
  });

  it('asks for ListStages on all stages', async () => {
    const { client, asked } = await runRecordingEmulator();
    await client.send(new ListStagesCommand({}));
    expect(asked[0]?.resource).toBe('arn:aws:ivs:us-east-1:000000000000:stage/*');
  });

  it('asks for the lists that belong to no stage on everything', async () => {
    const { client, asked } = await runRecordingEmulator();
    await client.send(new ListPublicKeysCommand({}));
    await client.send(new ListIngestConfigurationsCommand({}));
    expect(asked.map(({ action, resource }) => [action, resource])).toEqual([
      ['ivs:ListPublicKeys', '*'],
      ['ivs:ListIngestConfigurations', '*'],
    ]);
  });

  it('treats the tags of public keys and ingest configurations like those of stages', async () => {
    const { client, asked } = await runRecordingEmulator();
    const tags = { env: 'dev' };
    const { publicKeyMaterial } = makeKeyPair();
    const { publicKey } = await client.send(new ImportPublicKeyCommand({ publicKeyMaterial, tags }));
    const create = new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS', tags });
    const { ingestConfiguration } = await client.send(create);
    await client.send(new GetPublicKeyCommand({ arn: publicKey?.arn }));
    await client.send(new GetIngestConfigurationCommand({ arn: ingestConfiguration?.arn }));
    const [requested, tagged] = [
      { 'aws:RequestTag/env': 'dev', 'aws:TagKeys': ['env'] },
      { 'aws:ResourceTag/env': 'dev' },
    ];
    expect(asked.map(({ action, resource, context }) => [action, resource, context])).toEqual([
      ['ivs:ImportPublicKey', publicKey?.arn, requested],
      ['ivs:TagResource', publicKey?.arn, requested],
      ['ivs:CreateIngestConfiguration', ingestConfiguration?.arn, requested],
      ['ivs:TagResource', ingestConfiguration?.arn, requested],
      ['ivs:GetPublicKey', publicKey?.arn, tagged],
      ['ivs:GetIngestConfiguration', ingestConfiguration?.arn, tagged],
    ]);
  });

  it('asks for a replication on both stages', async () => {
    const { client, asked } = await runRecordingEmulator(({ action }) => action !== 'ivs:StartParticipantReplication');
    const [sourceStageArn, destinationStageArn] = ['one', 'two'].map(
      (id) => `arn:aws:ivs:us-east-1:000000000000:stage/${id}`,
    );
    const ids = { sourceStageArn, destinationStageArn, participantId: 'ada' };
    const denied = serviceError('AccessDeniedException', 403);
    await expect(client.send(new StartParticipantReplicationCommand(ids))).rejects.toMatchObject(denied);
    await expect(client.send(new StopParticipantReplicationCommand(ids))).rejects.toThrow('not found');
    expect(asked.slice(1).map(({ resource }) => resource)).toEqual([sourceStageArn, destinationStageArn]);
  });

  it('denies a missing stage, which has no tags, before it is found to be missing', async () => {
    const { client } = await runRecordingEmulator(({ action, context }) => {
      return action === 'ivs:CreateStage' || context['aws:ResourceTag/env'] === 'dev';
    });
    const missing = client.send(new GetStageCommand({ arn: 'arn:aws:ivs:us-east-1:000000000000:stage/missing00000' }));
    await expect(missing).rejects.toMatchObject(serviceError('AccessDeniedException', 403));
  });

  it('knows callers by the access key that they sign with', async () => {
    const { emulator, asked } = await runRecordingEmulator();
    const client = connect(emulator, { accessKeyId: 'AKIDOTHER' });
    await client.send(new ListStagesCommand({}));
    await fetch(`${emulator.url}/ListStages`, { method: 'POST' });
    client.destroy();
    expect(asked.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIDOTHER', undefined]);
  });

  it('is not asked about a malformed request', async () => {
    const { client, asked } = await runRecordingEmulator();
    await expect(client.send(new GetStageCommand({ arn: 'ada' }))).rejects.toThrow('validation error');
    expect(asked).toEqual([]);
  });
});
