import { createHmac } from 'node:crypto';
import { CreateParticipantTokenCommand, CreateStageCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { runEmulator, serviceError, stoppedClock } from './running-emulator.ts';

async function runEmulatorWithStage() {
  const { clock } = stoppedClock('2026-01-01T00:00:00.500Z');
  const { client } = await runEmulator({ clock, tokenSecret: 'shared-with-the-test' });
  const { stage } = await client.send(new CreateStageCommand({}));
  if (!stage?.arn) throw new Error('no stage was made');
  return { client, stage, stageArn: stage.arn };
}

function readToken(token = '') {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const expected = createHmac('sha256', 'shared-with-the-test').update(`${header}.${payload}`).digest('base64url');
  return { isSigned: signature === expected, claims: JSON.parse(Buffer.from(payload, 'base64url').toString()) };
}

describe('CreateParticipantToken', () => {
  it('answers what was asked for, and when the token expires', async () => {
    const { client, stageArn } = await runEmulatorWithStage();
    const request = { duration: 60, userId: 'ada', attributes: { role: 'host' }, capabilities: ['PUBLISH' as const] };
    const { participantToken } = await client.send(new CreateParticipantTokenCommand({ stageArn, ...request }));
    expect(participantToken).toEqual({
      ...request,
      participantId: expect.stringMatching(/^[a-zA-Z0-9]{12}$/),
      token: expect.any(String),
      expirationTime: new Date('2026-01-01T01:00:00.000Z'),
    });
  });

  it.each([undefined, []])('grants both capabilities for 12 hours when asked for %j', async (capabilities) => {
    const { client, stageArn } = await runEmulatorWithStage();
    const { participantToken } = await client.send(new CreateParticipantTokenCommand({ stageArn, capabilities }));
    expect(participantToken).toEqual({
      participantId: expect.any(String),
      token: expect.any(String),
      capabilities: ['PUBLISH', 'SUBSCRIBE'],
      duration: 720,
      expirationTime: new Date('2026-01-01T12:00:00.000Z'),
    });
  });

  it('signs what the token grants', async () => {
    const { client, stage, stageArn } = await runEmulatorWithStage();
    const request = {
      userId: 'ada',
      attributes: { role: 'viewer' },
      capabilities: ['SUBSCRIBE' as const],
      duration: 1,
    };
    const { participantToken } = await client.send(new CreateParticipantTokenCommand({ stageArn, ...request }));
    const { isSigned, claims } = readToken(participantToken?.token);
    expect(isSigned).toBe(true);
    expect(claims).toEqual({
      jti: participantToken?.participantId,
      iat: Date.parse('2026-01-01T00:00:00Z') / 1000,
      exp: Date.parse('2026-01-01T00:01:00Z') / 1000,
      user_id: 'ada',
      resource: stageArn,
      topic: stageArn.split('/')[1],
      events_url: stage.endpoints?.events,
      whip_url: stage.endpoints?.whip,
      capabilities: { allow_publish: false, allow_subscribe: true },
      attributes: { role: 'viewer' },
      version: '1.0',
    });
  });

  it('makes another participant on every call', async () => {
    const { client, stageArn } = await runEmulatorWithStage();
    const first = await client.send(new CreateParticipantTokenCommand({ stageArn, userId: 'ada' }));
    const second = await client.send(new CreateParticipantTokenCommand({ stageArn, userId: 'ada' }));
    expect(first.participantToken?.participantId).not.toBe(second.participantToken?.participantId);
  });

  it('answers ResourceNotFoundException for a stage that is not there', async () => {
    const { client, stageArn } = await runEmulatorWithStage();
    const answer = client.send(new CreateParticipantTokenCommand({ stageArn: `${stageArn}x` }));
    await expect(answer).rejects.toMatchObject(serviceError('ResourceNotFoundException', 404));
  });
});

describe('CreateStage', () => {
  it('hands out the tokens that it is asked for, in order, for the new stage', async () => {
    const { client } = await runEmulatorWithStage();
    const participantTokenConfigurations = [{ userId: 'ada', duration: 5 }, { userId: 'grace' }];
    const { stage, participantTokens } = await client.send(new CreateStageCommand({ participantTokenConfigurations }));
    expect(participantTokens).toMatchObject([
      { userId: 'ada', duration: 5 },
      { userId: 'grace', duration: 720 },
    ]);
    expect(readToken(participantTokens?.[1]?.token).claims.resource).toBe(stage?.arn);
  });
});

describe('two emulators', () => {
  it('do not share a token secret', async () => {
    const signatures = [await runEmulator(), await runEmulator()].map(async ({ client }) => {
      const { participantTokens } = await client.send(new CreateStageCommand({ participantTokenConfigurations: [{}] }));
      const token = participantTokens?.[0]?.token;
      expect(readToken(token).isSigned).toBe(false);
      return token?.split('.')[2];
    });
    expect(new Set(await Promise.all(signatures)).size).toBe(2);
  });
});
