import { beforeEach, describe, expect, it } from '@jest/globals';
import { me } from '../../../lambdas/http/me/endpoints.ts';
import { call } from '../../support/http-event.ts';
import { putStage } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await putStage(world);
});

const open = (body?: string) => call(me(world), 'POST /me/stage/ingests', { ...(body !== undefined && { body }) });
const list = () => call(me(world), 'GET /me/stage/ingests');
const close = (ingestId: string) =>
  call(me(world), 'DELETE /me/stage/ingests/{ingestId}', { pathParameters: { ingestId } });

const shown = {
  ingestId: 'ingest1',
  protocol: 'RTMPS',
  server: 'rtmps://ingest.invalid:443/app/',
  participantId: 'encoder-1',
};

describe('POST /me/stage/ingests', () => {
  it('answers 201 with server and stream key, which nobody may cache', async () => {
    const { status, headers, body } = await open();
    expect({ status, body }).toEqual({ status: 201, body: { ...shown, streamKey: expect.any(String) } });
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  it('answers 409 while there is one, with Retry-After while another request makes it', async () => {
    const until = new Date(world.now().getTime() + 12_000);
    await world.ingestSlots.reserve('ada', 'other', until, world.now());
    expect(await open()).toMatchObject({
      status: 409,
      body: { code: 'INGEST_EXISTS' },
      headers: { 'retry-after': '12' },
    });
    world.clock.advance(12_000);
    await open();
    const refused = await open();
    expect(refused).toMatchObject({ status: 409, body: { code: 'INGEST_EXISTS' } });
    expect(refused.headers).not.toHaveProperty('retry-after');
  });

  it('answers 503 with Retry-After when the region has no room', async () => {
    world.ingests.quota = 0;
    expect(await open()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      body: { code: 'INGEST_QUOTA_REACHED' },
    });
  });

  it.each([
    ['{"protocol":"SRT"}', 'protocol must be "RTMPS" or "RTMP", got "SRT"'],
    ['{"insecure":true}', 'body must not have the field "insecure"'],
    ['[]', 'body must be a JSON object, got []'],
  ])('refuses %s', async (body, detail) => {
    expect(await open(body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', detail } });
    expect(world.ingests.configurations.size).toBe(0);
  });

  it('is limited to one a second, five at once', async () => {
    for (let i = 0; i < 5; i++) await open();
    expect(await open()).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
  });
});

describe('GET /me/stage/ingests', () => {
  it('answers the ingest without its stream key and without a call to IVS, and none as an empty list', async () => {
    expect(await list()).toMatchObject({ status: 200, body: { ingests: [] } });
    await open();
    const calls = world.ingests.calls.length + world.ivs.calls.length;
    expect((await list()).body).toEqual({ ingests: [shown] });
    expect(world.ingests.calls.length + world.ivs.calls.length).toBe(calls);
  });
});

describe('DELETE /me/stage/ingests/{ingestId}', () => {
  it('answers 204, then 404', async () => {
    await open();
    expect(await close('ingest1')).toMatchObject({ status: 204, body: {} });
    for (const ingestId of ['ingest1', '']) {
      expect(await close(ingestId)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect((await list()).body).toEqual({ ingests: [] });
  });
});
