import {
  CreateIngestConfigurationCommand,
  type CreateIngestConfigurationCommandInput,
  DeleteIngestConfigurationCommand,
  DeleteStageCommand,
  DisconnectParticipantCommand,
  GetIngestConfigurationCommand,
  GetParticipantCommand,
  ListIngestConfigurationsCommand,
  ListParticipantEventsCommand,
  UpdateIngestConfigurationCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { createStage, runEmulatorWithStage } from './joining.ts';
import { serviceError } from './running-emulator.ts';

const refused = serviceError('ValidationException', 400);
const notFound = serviceError('ResourceNotFoundException', 404);
const conflict = serviceError('ConflictException', 409);

async function runEmulatorWithIngest(input: Partial<CreateIngestConfigurationCommandInput> = {}) {
  const running = await runEmulatorWithStage();
  const { client, emulator, stageArn } = running;
  const created = await client.send(
    new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS', stageArn, ...input }),
  );
  const { arn = '', participantId = '' } = created.ingestConfiguration ?? {};
  const read = async () => (await client.send(new GetIngestConfigurationCommand({ arn }))).ingestConfiguration;
  const sessionId = () => emulator.stages()[0]?.activeSessionId;
  return { ...running, created: created.ingestConfiguration, arn, participantId, read, sessionId };
}

describe('an ingest configuration', () => {
  it('has a stream key and a participant of its own', async () => {
    const details = { name: 'studio', userId: 'ada', attributes: { role: 'host' }, tags: { env: 'dev' } };
    const { created, read, client, stageArn } = await runEmulatorWithIngest(details);
    expect(created).toEqual({
      arn: expect.stringMatching(/^arn:aws:ivs:us-east-1:000000000000:ingest-configuration\/[a-zA-Z0-9]{12}$/),
      ...details,
      ingestProtocol: 'RTMPS',
      stageArn,
      streamKey: expect.stringMatching(/^rt_[0-9]+_[a-z0-9-]+_[a-zA-Z0-9-]+_.+$/),
      participantId: expect.stringMatching(/^[a-zA-Z0-9]{12}$/),
      state: 'INACTIVE',
      redundantIngest: false,
    });
    expect(await read()).toEqual(created);
    const { ingestConfigurations } = await client.send(new ListIngestConfigurationsCommand({}));
    const { streamKey: _streamKey, attributes: _attributes, tags: _tags, ...summary } = created ?? {};
    expect(ingestConfigurations).toEqual([summary]);
  });

  it('with redundancy has two more stream keys', async () => {
    const { created, client, arn } = await runEmulatorWithIngest({ redundantIngest: true });
    const credentials = created?.redundantIngestCredentials ?? [];
    expect(new Set([created, ...credentials].map((each) => each?.streamKey)).size).toBe(3);
    const update = async (input: object) => {
      const { ingestConfiguration } = await client.send(new UpdateIngestConfigurationCommand({ arn, ...input }));
      return ingestConfiguration;
    };
    expect(await update({})).toEqual(created);
    expect(await update({ redundantIngest: false })).not.toHaveProperty('redundantIngestCredentials');
  });

  it('of RTMP has to say that it is insecure', async () => {
    const { client } = await runEmulatorWithStage();
    const create = (insecureIngest?: boolean) =>
      client.send(new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMP', insecureIngest }));
    await expect(create()).rejects.toMatchObject(refused);
    await expect(create(false)).rejects.toMatchObject(refused);
    expect((await create(true)).ingestConfiguration).toMatchObject({ stageArn: '', ingestProtocol: 'RTMP' });
  });

  it('is one of 100 at most', async () => {
    const { client } = await runEmulatorWithStage();
    const create = () => client.send(new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS' }));
    await Promise.all(Array.from({ length: 100 }, create));
    await expect(create()).rejects.toMatchObject(serviceError('ServiceQuotaExceededException', 402));
  });

  it('is attached to a stage that is there, and detached', async () => {
    const { client, arn, stageArn } = await runEmulatorWithIngest();
    const attach = (to: string) => client.send(new UpdateIngestConfigurationCommand({ arn, stageArn: to }));
    expect((await attach('')).ingestConfiguration?.stageArn).toBe('');
    const other = await createStage(client);
    expect((await attach(other)).ingestConfiguration?.stageArn).toBe(other);
    await expect(attach(`${stageArn}x`)).rejects.toMatchObject(notFound);
    const create = new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS', stageArn: `${stageArn}x` });
    await expect(client.send(create)).rejects.toMatchObject(refused);
  });
});

describe('a broadcast with a stream key', () => {
  it('publishes as the participant of the configuration, which is active meanwhile', async () => {
    const { client, emulator, arn, stageArn, participantId, read, sessionId, join } = await runEmulatorWithIngest({
      userId: 'ada',
    });
    const viewer = await join();
    emulator.setIngestPublishing(arn, true);
    expect(await read()).toHaveProperty('state', 'ACTIVE');
    expect(viewer.subscribe(participantId)).toBeUndefined();
    const ids = { stageArn, sessionId: sessionId(), participantId };
    expect((await client.send(new GetParticipantCommand(ids))).participant).toMatchObject({
      userId: 'ada',
      protocol: 'RTMPS',
      published: true,
      ingestConfigurationArn: arn,
      redundantIngest: false,
    });
    emulator.setIngestPublishing(arn, false);
    emulator.setIngestPublishing(arn, false);
    expect(await read()).toHaveProperty('state', 'INACTIVE');
    const { events } = await client.send(new ListParticipantEventsCommand(ids));
    expect(events?.map(({ name }) => name)).toEqual(['JOINED', 'PUBLISH_STARTED', 'PUBLISH_STOPPED', 'LEFT']);
  });

  it('needs a stage, and a stream key that is not in use', async () => {
    const { client, emulator, arn, stageArn, participantId, sessionId } = await runEmulatorWithIngest();
    emulator.setIngestPublishing(arn, true);
    expect(() => emulator.setIngestPublishing(arn, true)).toThrow('REUSE_OF_STREAM_KEY');
    const ids = { stageArn, sessionId: sessionId(), participantId };
    const { events } = await client.send(new ListParticipantEventsCommand(ids));
    expect(events?.at(-1)).toMatchObject({ name: 'PUBLISH_ERROR', errorCode: 'REUSE_OF_STREAM_KEY' });
    emulator.setIngestPublishing(arn, false);
    await client.send(new UpdateIngestConfigurationCommand({ arn, stageArn: '' }));
    expect(() => emulator.setIngestPublishing(arn, true)).toThrow('INVALID_STREAM_KEY');
    expect(() => emulator.setIngestPublishing(`${arn}x`, true)).toThrow('not found');
  });

  it('counts as one of the 12 publishers', async () => {
    const { emulator, arn, join, read } = await runEmulatorWithIngest();
    for (const host of await Promise.all(Array.from({ length: 12 }, () => join()))) host.publish();
    expect(() => emulator.setIngestPublishing(arn, true)).toThrow('12 publishers');
    expect(await read()).toHaveProperty('state', 'INACTIVE');
  });

  it('keeps its configuration from being changed, and from being deleted without force', async () => {
    const { client, emulator, arn, join } = await runEmulatorWithIngest();
    const viewer = await join();
    emulator.setIngestPublishing(arn, true);
    const update = client.send(new UpdateIngestConfigurationCommand({ arn, stageArn: '' }));
    await expect(update).rejects.toMatchObject(conflict);
    const remove = (force?: boolean) => client.send(new DeleteIngestConfigurationCommand({ arn, force }));
    await expect(remove()).rejects.toMatchObject(conflict);
    await expect(remove(false)).rejects.toMatchObject(conflict);
    await remove(true);
    expect(viewer.news.map(({ type }) => type)).toEqual(['joined', 'published', 'unpublished', 'left']);
    await expect(remove(true)).rejects.toMatchObject(notFound);
  });

  it('is found by state and by stage, one at a time', async () => {
    const { client, emulator, arn, stageArn } = await runEmulatorWithIngest();
    await client.send(new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS' }));
    emulator.setIngestPublishing(arn, true);
    const list = async (filter: object) => {
      const { ingestConfigurations = [] } = await client.send(new ListIngestConfigurationsCommand(filter));
      return ingestConfigurations.map((each) => each.arn === arn);
    };
    expect(await list({ filterByState: 'ACTIVE' })).toEqual([true]);
    expect(await list({ filterByState: 'INACTIVE' })).toEqual([false]);
    expect(await list({ filterByStageArn: stageArn })).toEqual([true]);
    await expect(list({ filterByStageArn: stageArn, filterByState: 'ACTIVE' })).rejects.toMatchObject(refused);
  });

  it('that is disconnected is detached, and may be attached again', async () => {
    const { client, emulator, arn, stageArn, participantId, read } = await runEmulatorWithIngest();
    emulator.setIngestPublishing(arn, true);
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId }));
    expect(await read()).toMatchObject({ state: 'INACTIVE', stageArn: '' });
    await client.send(new UpdateIngestConfigurationCommand({ arn, stageArn }));
    emulator.setIngestPublishing(arn, true);
    expect(await read()).toHaveProperty('state', 'ACTIVE');
  });

  it('is detached with its stage; one that is idle is left dangling', async () => {
    const { client, emulator, arn, stageArn, read } = await runEmulatorWithIngest();
    const idle = await client.send(new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS', stageArn }));
    emulator.setIngestPublishing(arn, true);
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    expect(await read()).toMatchObject({ state: 'INACTIVE', stageArn: '' });
    const getIdle = new GetIngestConfigurationCommand({ arn: idle.ingestConfiguration?.arn });
    expect((await client.send(getIdle)).ingestConfiguration).toMatchObject({ stageArn });
    expect(() => emulator.setIngestPublishing(idle.ingestConfiguration?.arn ?? '', true)).toThrow('does not exist');
  });

  it('is begun and ended over HTTP too', async () => {
    const { emulator, arn, read } = await runEmulatorWithIngest();
    const put = async (body: object) => {
      const url = `${emulator.url}/_emulator/ingest-configurations/${encodeURIComponent(arn)}/publishing`;
      return (await fetch(url, { method: 'PUT', body: JSON.stringify(body) })).status;
    };
    expect(await put({ publishing: true })).toBe(200);
    expect(await read()).toHaveProperty('state', 'ACTIVE');
    expect(await put({ publishing: true })).toBe(409);
    expect(await put({ publishing: 'no' })).toBe(400);
    expect(await put({ publishing: false })).toBe(200);
    expect(await read()).toHaveProperty('state', 'INACTIVE');
  });
});
