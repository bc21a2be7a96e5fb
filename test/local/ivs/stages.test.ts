import {
  CreateStageCommand,
  DeleteStageCommand,
  GetStageCommand,
  type IVSRealTimeClient,
  ListStagesCommand,
  paginateListStages,
  ServiceQuotaExceededException,
  UpdateStageCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { runEmulator, serviceError } from './running-emulator.ts';

const missingArn = 'arn:aws:ivs:us-east-1:000000000000:stage/missing00000';

async function createStages(client: IVSRealTimeClient, count: number) {
  const answers = Array.from({ length: count }, () => client.send(new CreateStageCommand({ name: 'one-of-many' })));
  return (await Promise.all(answers)).map(({ stage }) => stage?.arn ?? '');
}

describe('CreateStage', () => {
  it('answers the stage as AWS does', async () => {
    const { client } = await runEmulator({ newId: (length) => 'abcDEF123456'.slice(0, length) });
    const { stage, participantTokens } = await client.send(
      new CreateStageCommand({ name: 'ada', tags: { env: 'dev' } }),
    );
    expect(stage).toEqual({
      arn: 'arn:aws:ivs:us-east-1:000000000000:stage/abcDEF123456',
      name: 'ada',
      activeSessionId: '',
      tags: { env: 'dev' },
      endpoints: {
        events: expect.stringMatching(/^wss:\/\/[a-z.-]+\.invalid$/),
        whip: expect.stringMatching(/^https:\/\/[a-z0-9.-]+\.invalid$/),
        rtmp: expect.stringMatching(/^rtmp:\/\/[a-z0-9.-]+\.invalid\/app\/$/),
        rtmps: expect.stringMatching(/^rtmps:\/\/[a-z0-9.-]+\.invalid:443\/app\/$/),
      },
    });
    expect(participantTokens).toEqual([]);
  });

  it('makes a stage without a name', async () => {
    const { client } = await runEmulator();
    const { stage } = await client.send(new CreateStageCommand({}));
    expect(stage).toMatchObject({ name: '', tags: {} });
  });

  it('puts its region and account into ARNs', async () => {
    const { client } = await runEmulator({ region: 'eu-west-1', accountId: '123456789012' });
    const { stage } = await client.send(new CreateStageCommand({}));
    expect(stage?.arn).toMatch(/^arn:aws:ivs:eu-west-1:123456789012:stage\/[a-zA-Z0-9]{12}$/);
  });

  it('makes two stages of two calls with the same name', async () => {
    const { client, emulator } = await runEmulator();
    const arns = await createStages(client, 2);
    expect(new Set(arns).size).toBe(2);
    expect(emulator.stages().map(({ name }) => name)).toEqual(['one-of-many', 'one-of-many']);
  });

  it('loses none of 50 concurrent calls', async () => {
    const { client, emulator } = await runEmulator();
    const arns = await createStages(client, 50);
    expect(emulator.stages().map(({ arn }) => arn)).toEqual(expect.arrayContaining(arns));
    expect(new Set(arns).size).toBe(50);
  });

  it('answers ServiceQuotaExceededException when the region is full, until a stage is deleted', async () => {
    const { client } = await runEmulator({ stageQuota: 2 });
    const [arn] = await createStages(client, 2);
    const third = client.send(new CreateStageCommand({}));
    await expect(third).rejects.toBeInstanceOf(ServiceQuotaExceededException);
    await expect(third).rejects.toMatchObject(serviceError('ServiceQuotaExceededException', 402));
    await client.send(new DeleteStageCommand({ arn }));
    await expect(createStages(client, 1)).resolves.toHaveLength(1);
  });

  it('allows 1,000 stages unless told otherwise', async () => {
    const { client, emulator } = await runEmulator();
    const stage = (await client.send(new CreateStageCommand({}))).stage;
    const template = emulator.stages()[0];
    if (!stage || !template) throw new Error('no stage was made');
    const stages = Array.from({ length: 999 }, (_, index) => ({ ...template, arn: `${stage.arn}${index}` }));
    const { client: nearlyFull } = await runEmulator({ state: { stages } });
    await createStages(nearlyFull, 1);
    await expect(createStages(nearlyFull, 1)).rejects.toMatchObject(serviceError('ServiceQuotaExceededException', 402));
  });
});

describe('GetStage, UpdateStage and DeleteStage', () => {
  it('answer ResourceNotFoundException for a stage that is not there', async () => {
    const { client } = await runEmulator();
    const notFound = serviceError('ResourceNotFoundException', 404);
    await expect(client.send(new GetStageCommand({ arn: missingArn }))).rejects.toMatchObject(notFound);
    await expect(client.send(new UpdateStageCommand({ arn: missingArn, name: 'x' }))).rejects.toMatchObject(notFound);
    await expect(client.send(new DeleteStageCommand({ arn: missingArn }))).rejects.toMatchObject(notFound);
  });

  it('answer the stage that was made', async () => {
    const { client } = await runEmulator();
    const { stage } = await client.send(new CreateStageCommand({ name: 'ada', tags: { env: 'dev' } }));
    const got = await client.send(new GetStageCommand({ arn: stage?.arn }));
    expect(got.stage).toEqual(stage);
  });

  it('change the name and nothing else', async () => {
    const { client } = await runEmulator();
    const { stage } = await client.send(new CreateStageCommand({ name: 'ada', tags: { env: 'dev' } }));
    const renamed = await client.send(new UpdateStageCommand({ arn: stage?.arn, name: 'grace' }));
    expect(renamed.stage).toEqual({ ...stage, name: 'grace' });
    const unchanged = await client.send(new UpdateStageCommand({ arn: stage?.arn }));
    expect(unchanged.stage).toEqual(renamed.stage);
  });

  it('delete a stage once', async () => {
    const { client, emulator } = await runEmulator();
    const [arn] = await createStages(client, 1);
    await client.send(new DeleteStageCommand({ arn }));
    expect(emulator.stages()).toEqual([]);
    await expect(client.send(new DeleteStageCommand({ arn }))).rejects.toThrow('not found');
  });
});

describe('ListStages', () => {
  it('answers summaries, which have tags but no endpoints', async () => {
    const { client } = await runEmulator();
    const { stage } = await client.send(new CreateStageCommand({ name: 'ada', tags: { env: 'dev' } }));
    const { stages, nextToken } = await client.send(new ListStagesCommand({}));
    expect(stages).toEqual([{ arn: stage?.arn, name: 'ada', activeSessionId: '', tags: { env: 'dev' } }]);
    expect(nextToken).toBeUndefined();
  });

  it('answers 50 stages a page unless told otherwise, and no token with the last page', async () => {
    const { client } = await runEmulator();
    await createStages(client, 51);
    const first = await client.send(new ListStagesCommand({}));
    expect(first.stages).toHaveLength(50);
    const second = await client.send(new ListStagesCommand({ nextToken: first.nextToken }));
    expect(second.stages).toHaveLength(1);
    expect(second.nextToken).toBeUndefined();
  });

  it('answers no token when the stages fill the last page exactly', async () => {
    const { client } = await runEmulator();
    await createStages(client, 2);
    const { stages, nextToken } = await client.send(new ListStagesCommand({ maxResults: 2 }));
    expect(stages).toHaveLength(2);
    expect(nextToken).toBeUndefined();
  });

  it('names every stage once through its pages, while stages of earlier pages are deleted', async () => {
    const { client } = await runEmulator();
    const arns = await createStages(client, 7);
    const seen: (string | undefined)[] = [];
    for await (const { stages = [] } of paginateListStages({ client, pageSize: 2 }, {})) {
      seen.push(...stages.map(({ arn }) => arn));
      await client.send(new DeleteStageCommand({ arn: stages[0]?.arn }));
    }
    expect(seen.toSorted()).toEqual(arns.toSorted());
  });

  it.each(['forged', 'Zm9yZ2Vk', Buffer.from('after arn:x').toString('base64')])(
    'refuses the nextToken %s, which it never gave',
    async (nextToken) => {
      const { client } = await runEmulator();
      const listing = client.send(new ListStagesCommand({ nextToken }));
      await expect(listing).rejects.toMatchObject(serviceError('ValidationException', 400));
    },
  );
});
