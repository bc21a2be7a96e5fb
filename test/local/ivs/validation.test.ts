import {
  CreateParticipantTokenCommand,
  type CreateParticipantTokenCommandInput,
  CreateStageCommand,
  type CreateStageCommandInput,
  GetStageCommand,
  ListStagesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { runEmulator, serviceError } from './running-emulator.ts';

const refused = serviceError('ValidationException', 400);

const tagsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'v']));

const configurations = (count: number) => Array.from({ length: count }, () => ({}));

async function runEmulatorWithStage() {
  const { client, emulator } = await runEmulator();
  const { stage } = await client.send(new CreateStageCommand({}));
  return { client, emulator, arn: stage?.arn ?? '' };
}

describe('CreateStage', () => {
  it.each<[string, CreateStageCommandInput]>([
    ['a name of 0 characters', { name: '' }],
    ['a name of 1 character', { name: 'a' }],
    ['a name of 128 characters', { name: 'a'.repeat(128) }],
    ['every character that a name may have', { name: 'azAZ09-_' }],
    ['no token configuration', { participantTokenConfigurations: [] }],
    ['12 token configurations', { participantTokenConfigurations: configurations(12) }],
    ['0 tags', { tags: {} }],
    ['50 tags', { tags: tagsOf(50) }],
    ['a tag key of 1 character', { tags: { k: 'v' } }],
    ['a tag key of 128 characters', { tags: { ['k'.repeat(128)]: 'v' } }],
    ['a tag value of 0 characters', { tags: { k: '' } }],
    ['a tag value of 256 characters', { tags: { k: 'v'.repeat(256) } }],
    ['128 code points that are more UTF-16 units', { tags: { ['🎭'.repeat(128)]: 'v' } }],
    ['a tag key that starts with aws but no colon', { tags: { awsome: 'v' } }],
    ['a tag key named like a property of every object', { tags: { constructor: 'v' } }],
  ])('takes %s', async (_case, input) => {
    const { client } = await runEmulator();
    const { stage } = await client.send(new CreateStageCommand(input));
    expect(stage).toMatchObject({ name: input.name ?? '', tags: input.tags ?? {} });
  });

  it.each<[string, CreateStageCommandInput]>([
    ['a name of 129 characters', { name: 'a'.repeat(129) }],
    ['an e-mail address as name', { name: 'ada@example.com' }],
    ['a line break at the end of the name', { name: 'ada\n' }],
    ['13 token configurations', { participantTokenConfigurations: configurations(13) }],
    ['a token configuration beyond its range', { participantTokenConfigurations: [{}, { duration: 20_161 }] }],
    ['51 tags', { tags: tagsOf(51) }],
    ['a tag key of 0 characters', { tags: { '': 'v' } }],
    ['a tag key of 129 characters', { tags: { ['k'.repeat(129)]: 'v' } }],
    ['a tag value of 257 characters', { tags: { k: 'v'.repeat(257) } }],
    ['a reserved tag key', { tags: { 'aws:owner': 'v' } }],
    ['a reserved tag key in capitals', { tags: { 'AWS:owner': 'v' } }],
  ])('refuses %s and makes no stage', async (_case, input) => {
    const { client, emulator } = await runEmulator();
    await expect(client.send(new CreateStageCommand(input))).rejects.toMatchObject(refused);
    expect(emulator.stages()).toEqual([]);
  });
});

describe('CreateParticipantToken', () => {
  type Members = Omit<CreateParticipantTokenCommandInput, 'stageArn'>;

  it.each<[string, Members]>([
    ['a duration of 1 minute', { duration: 1 }],
    ['a duration of 20,160 minutes', { duration: 20_160 }],
    ['a userId of 0 characters', { userId: '' }],
    ['a userId of 128 characters', { userId: 'é'.repeat(128) }],
    ['attributes of 1,024 bytes', { attributes: { key: 'é'.repeat(510), x: '' } }],
    ['2 capabilities', { capabilities: ['SUBSCRIBE', 'PUBLISH'] }],
    ['0 capabilities', { capabilities: [] }],
  ])('takes %s', async (_case, members) => {
    const { client, arn } = await runEmulatorWithStage();
    const answer = client.send(new CreateParticipantTokenCommand({ stageArn: arn, ...members }));
    await expect(answer).resolves.toHaveProperty('participantToken.token');
  });

  it.each<[string, Members]>([
    ['a duration of 0 minutes', { duration: 0 }],
    ['a duration of 20,161 minutes', { duration: 20_161 }],
    ['a duration of one and a half minutes', { duration: 1.5 }],
    ['a userId of 129 characters', { userId: 'u'.repeat(129) }],
    ['attributes of 1,025 bytes in fewer characters', { attributes: { key: 'é'.repeat(511) } }],
    ['3 capabilities', { capabilities: ['PUBLISH', 'SUBSCRIBE', 'PUBLISH'] }],
  ])('refuses %s', async (_case, members) => {
    const { client, arn } = await runEmulatorWithStage();
    const answer = client.send(new CreateParticipantTokenCommand({ stageArn: arn, ...members }));
    await expect(answer).rejects.toMatchObject(refused);
  });
});

describe('ListStages', () => {
  it.each([1, 100])('takes maxResults %d', async (maxResults) => {
    const { client } = await runEmulator();
    await expect(client.send(new ListStagesCommand({ maxResults }))).resolves.toHaveProperty('stages', []);
  });

  it.each([0, 101, -1])('refuses maxResults %d', async (maxResults) => {
    const { client } = await runEmulator();
    await expect(client.send(new ListStagesCommand({ maxResults }))).rejects.toMatchObject(refused);
  });

  it.each(['a'.repeat(1025), 'not a token!'])('refuses the nextToken %s', async (nextToken) => {
    const { client } = await runEmulator();
    await expect(client.send(new ListStagesCommand({ nextToken }))).rejects.toMatchObject(refused);
  });
});

describe('an ARN', () => {
  const prefix = 'arn:aws:ivs:us-east-1:000000000000:stage/';

  it.each([
    '',
    'ada',
    prefix,
    `${prefix}a/b`,
    'arn:aws-cn:ivs:us-east-1:000000000000:stage/abcdef',
    'arn:aws:ivs:us-east-1:000000000000:public-key/abcdef',
    prefix + 'a'.repeat(129 - prefix.length),
  ])('of a stage may not be "%s"', async (arn) => {
    const { client } = await runEmulator();
    await expect(client.send(new GetStageCommand({ arn }))).rejects.toMatchObject(refused);
  });

  it('of a stage may have 128 characters', async () => {
    const { client } = await runEmulator();
    const getting = client.send(new GetStageCommand({ arn: prefix + 'a'.repeat(128 - prefix.length) }));
    await expect(getting).rejects.toMatchObject(serviceError('ResourceNotFoundException', 404));
  });

  it('is required', async () => {
    const { client } = await runEmulator();
    await expect(client.send(new GetStageCommand({ arn: undefined }))).rejects.toMatchObject({
      ...refused,
      message: "1 validation error detected: Value at '/arn' failed to satisfy constraint: Member must not be null",
    });
  });
});

describe('TagResource and UntagResource', () => {
  it('take 50 tags and refuse 51', async () => {
    const { client, arn } = await runEmulatorWithStage();
    const tagging = client.send(new TagResourceCommand({ resourceArn: arn, tags: tagsOf(51) }));
    await expect(tagging).rejects.toMatchObject(refused);
    await client.send(new TagResourceCommand({ resourceArn: arn, tags: tagsOf(50) }));
    const untagging = (count: number) =>
      client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: Object.keys(tagsOf(count)) }));
    await expect(untagging(51)).rejects.toMatchObject(refused);
    await expect(untagging(50)).resolves.toBeDefined();
  });

  it('refuse to do without tags and without keys', async () => {
    const { client, arn } = await runEmulatorWithStage();
    const tagging = client.send(new TagResourceCommand({ resourceArn: arn, tags: undefined }));
    await expect(tagging).rejects.toMatchObject(refused);
    const untagging = client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: [] }));
    await expect(untagging).rejects.toMatchObject(refused);
  });

  it('refuse what is not an ARN of the service', async () => {
    const { client } = await runEmulator();
    const tagging = client.send(new TagResourceCommand({ resourceArn: 'arn:aws:s3:::bucket', tags: { k: 'v' } }));
    await expect(tagging).rejects.toMatchObject(refused);
  });
});

describe('a refusal', () => {
  const post = async (url: string, body: unknown) =>
    (await fetch(`${url}/CreateStage`, { method: 'POST', body: JSON.stringify(body) })).json();

  it('names every violation and repeats no value', async () => {
    const { emulator } = await runEmulator();
    const input = { name: 'sec ret', tags: [], participantTokenConfigurations: [{ duration: '9', attributes: 7 }] };
    const answer = JSON.stringify(await post(emulator.url, input));
    expect(answer).toContain('4 validation errors detected');
    for (const path of ['/name', '/tags', '/0/duration', '/0/attributes']) expect(answer).toContain(`${path}'`);
    expect(answer).not.toContain('sec ret');
  });

  it.each([
    [{ name: 5 }],
    [{ participantTokenConfigurations: {} }],
    [{ participantTokenConfigurations: [null] }],
    [{ participantTokenConfigurations: [{ capabilities: ['FLY'] }] }],
    [{ tags: { k: {} } }],
  ])('meets the wrong type or choice in %j', async (input) => {
    const { emulator } = await runEmulator();
    expect(await post(emulator.url, input)).toHaveProperty('message', expect.stringContaining('Member must'));
  });

  it('does not meet members that AWS does not know, nor null ones', async () => {
    const { emulator } = await runEmulator();
    const answer = await post(emulator.url, { name: null, tags: { k: null }, colour: 'red', arn: 'x' });
    expect(answer).toHaveProperty('stage.name', '');
    expect(emulator.stages()[0]).not.toHaveProperty('colour');
    expect(emulator.stages()[0]).toHaveProperty('tags', {});
  });
});
