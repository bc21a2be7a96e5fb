import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BansPage, GuestsPage, Participant, ParticipantsPage } from '../../contract/stages.ts';
import { isRefusal, type LeftReason, type Presence } from '../../local/ivs/index.ts';
import { eventually, type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

let system: LocalSystem;
let ada: User;
let grace: User;
let mod: User;
let stage: string;
beforeAll(async () => {
  system = await startLocalSystem();
  ada = patient(await system.signIn('ada'));
  grace = patient(await system.signIn('grace'));
  mod = patient(await system.signIn('mod'));
  stage = `/stages/${ada.userId}`;
}, 60_000);
afterAll(async () => {
  await system.close();
  expect(system.denials).toEqual([]);
}, 30_000);

/** Comes again when it is told to, like any good client: one request a second, five at once. */
function patient(user: User): User {
  const again = async <T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> => {
    let answer = await ask();
    await eventually(async () => {
      if (answer.status === 429) answer = await ask();
      return answer.status !== 429;
    });
    return answer;
  };
  return {
    ...user,
    get: (path) => again(() => user.get(path)),
    put: (path, body) => again(() => user.put(path, body)),
    patch: (path, body) => again(() => user.patch(path, body)),
    delete: (path) => again(() => user.delete(path)),
  };
}

interface Joined {
  readonly presence: Presence;
  readonly token: string;
  readonly left: readonly LeftReason[];
}

async function join(user: User): Promise<Joined> {
  const { status, body } = await user.post(`${stage}/tokens`);
  expect({ status, code: body.code }).toEqual({ status: 201, code: undefined });
  const left: LeftReason[] = [];
  const presence = rejoin(body.token, left);
  if (isRefusal(presence)) throw new Error(presence.message);
  return { presence, token: body.token, left };
}

function rejoin(token: string, left: LeftReason[] = []) {
  const admission = system.cloud.ivs.live.verify(token);
  return isRefusal(admission) ? admission : system.cloud.ivs.live.join(admission, { end: (why) => left.push(why) });
}

const participants = async (as: User): Promise<readonly Participant[]> => {
  const { status, body } = await as.get(`${stage}/participants`);
  expect(status).toBe(200);
  return (body as unknown as ParticipantsPage).participants;
};
const statusOf = async (answer: Promise<{ readonly status: number; readonly body: { readonly code?: string } }>) => {
  const { status, body } = await answer;
  return body.code === undefined ? status : `${status} ${body.code}`;
};

describe('rights that end', () => {
  it('put out, after 10 s, who does not give them back: a guest who is not one any more, and viewers of a private stage', async () => {
    expect(await statusOf(ada.put(`/me/stage/guests/${grace.userId}`, {}))).toBe(204);
    const [withdrawn, host, moderator] = [await join(grace), await join(ada), await join(mod)];
    await system.register('invited');
    await system.register('stranger');
    const [invited, stranger] = [await system.signIn('invited'), await system.signIn('stranger')];
    await ada.put(`/me/stage/guests/${invited.userId}`, { capabilities: ['SUBSCRIBE_AUDIO'] });
    const [guest, viewer] = [await join(invited), await join(stranger)];
    expect(withdrawn.presence.publish()).toBeUndefined();
    // Only then has the function looked at the publisher.
    await eventually(() => system.logLines.some((line) => line.includes('"message":"stage updates"')));

    const endedAt = Date.now();
    expect(await statusOf(ada.delete(`/me/stage/guests/${grace.userId}`))).toBe(204);
    expect((await ada.patch('/me/stage', { visibility: 'invited' })).status).toBe(200);
    expect([withdrawn.left, viewer.left]).toEqual([[], []]);
    await eventually(() => withdrawn.left.length > 0 && viewer.left.length > 0);
    expect([withdrawn.left, viewer.left]).toEqual([['participant-disconnected'], ['participant-disconnected']]);
    const afterMs = Date.now() - endedAt;
    expect(afterMs).toBeGreaterThanOrEqual(9_500);
    expect(afterMs).toBeLessThan(15_000);
    expect(rejoin(withdrawn.token)).toMatchObject({ code: 'PARTICIPANT_DISCONNECTED' });
    expect(await statusOf(grace.get(`${stage}/participants`))).toBe('404 STAGE_NOT_FOUND');
    await eventually(async () => !(await ada.get('/me/stage')).body.live);

    expect([guest.left, moderator.left, host.left]).toEqual([[], [], []]);
    for (const { presence } of [guest, moderator, host]) presence.leave('user-initiated');
    await ada.patch('/me/stage', { visibility: 'public' });
    const { guests } = (await ada.get('/me/stage/guests')).body as unknown as GuestsPage;
    expect(guests).toEqual([{ userId: invited.userId, capabilities: ['SUBSCRIBE_AUDIO'] }]);
    expect(await statusOf(ada.delete(`/me/stage/guests/${grace.userId}`))).toBe('404 NOT_FOUND');
  }, 40_000);

  it('end a publisher who joined with a token of before', async () => {
    await ada.put(`/me/stage/guests/${grace.userId}`, { capabilities: ['PUBLISH_AUDIO'] });
    const guest = await join(grace);
    await ada.delete(`/me/stage/guests/${grace.userId}`);
    guest.presence.publish();
    await eventually(() => guest.left.length > 0, 8_000);
    expect(guest.left).toEqual(['participant-disconnected']);
  }, 30_000);
});

describe('a kick', () => {
  it('puts one participant out, whose token is of no use any more; a new one is', async () => {
    const viewer = await join(grace);
    const { participantId } = viewer.presence;
    expect(await participants(ada)).toContainEqual({
      participantId,
      userId: grace.userId,
      state: 'connected',
      publishing: false,
      firstJoinedAt: expect.stringMatching(/Z$/),
    });
    expect(await statusOf(grace.delete(`${stage}/participants/${participantId}`))).toBe('403 NOT_ALLOWED');
    expect(await statusOf(mod.delete(`${stage}/participants/${participantId}`))).toBe(204);
    expect(viewer.left).toEqual(['participant-disconnected']);
    expect(rejoin(viewer.token)).toMatchObject({ code: 'PARTICIPANT_DISCONNECTED' });
    const again = await join(grace);
    again.presence.leave('user-initiated');
  }, 30_000);

  it("does not reach the host's own participant, unless the host does it", async () => {
    const host = await join(ada);
    const path = `${stage}/participants/${host.presence.participantId}`;
    expect(await statusOf(mod.delete(path))).toBe('403 NOT_ALLOWED');
    expect(host.left).toEqual([]);
    expect(await statusOf(ada.delete(path))).toBe(204);
    expect(host.left).toEqual(['participant-disconnected']);
    expect(await statusOf(ada.delete(`${stage}/participants/nobody-there`))).toBe('404 NOT_FOUND');
  }, 30_000);
});

describe('a ban', () => {
  it('puts all participants of a user out, and gives them no token until it is lifted', async () => {
    const tabs = [await join(grace), await join(grace)];
    const unused = (await grace.post(`${stage}/tokens`)).body.token;
    expect(await statusOf(ada.put(`${stage}/bans/${grace.userId}`, {}))).toBe(204);
    for (const { left, token } of tabs) {
      expect(left).toEqual(['participant-disconnected']);
      expect(rejoin(token)).toMatchObject({ code: 'PARTICIPANT_DISCONNECTED' });
    }
    expect(await statusOf(grace.post(`${stage}/tokens`))).toBe('403 BANNED');
    expect((await mod.get(`${stage}/bans`)).body as unknown as BansPage).toEqual({ bans: [{ userId: grace.userId }] });

    const left: LeftReason[] = [];
    expect(isRefusal(rejoin(unused, left))).toBe(false);
    expect(await system.reconcile()).toMatchObject({ putOut: 1, failed: 0 });
    expect(left).toEqual(['participant-disconnected']);

    expect(await statusOf(mod.delete(`${stage}/bans/${grace.userId}`))).toBe(204);
    const back = await join(grace);
    back.presence.leave('user-initiated');
  }, 40_000);

  it('is nothing that a stranger may do, or that could lock an owner out', async () => {
    expect(await statusOf(grace.put(`${stage}/bans/${mod.userId}`, {}))).toBe('403 NOT_ALLOWED');
    expect(await statusOf(mod.put(`${stage}/bans/${ada.userId}`, {}))).toBe('403 NOT_ALLOWED');
    expect(await statusOf(ada.put(`${stage}/bans/${ada.userId}`, {}))).toBe('403 NOT_ALLOWED');
    expect(await statusOf(grace.get('/stages/nobody/bans'))).toBe('404 STAGE_NOT_FOUND');
  });
});

describe('a list of participants', () => {
  it('has several pages', async () => {
    const { token } = (await grace.post(`${stage}/tokens`)).body;
    const admission = system.cloud.ivs.live.verify(token);
    if (isRefusal(admission)) throw new Error(admission.message);
    const crowd: Presence[] = [];
    for (let i = 0; i < 101; i++) {
      const presence = system.cloud.ivs.live.join({ ...admission, participantId: `viewer-${i}` }, { end: () => {} });
      if (isRefusal(presence)) throw new Error(presence.message);
      crowd.push(presence);
    }
    const page = async (query = '') =>
      (await ada.get(`${stage}/participants${query}`)).body as unknown as ParticipantsPage;
    let first: ParticipantsPage = { participants: [] };
    // What was asked before is shared for three seconds.
    await eventually(async () => {
      first = await page();
      return first.participants.length === 100;
    });
    const second = await page(`?cursor=${first.cursor}`);
    const found = [...first.participants, ...second.participants].map(({ participantId }) => participantId);
    expect(new Set(found).size).toBe(found.length);
    for (const { participantId } of crowd) expect(found).toContain(participantId);
    for (const presence of crowd) presence.leave('user-initiated');
  }, 40_000);
});

it('a user who asks more often than once a second is told when to come again', async () => {
  const hasty = await system.signIn('mod');
  const answers = await Promise.all(Array.from({ length: 8 }, () => hasty.get(`${stage}/participants`)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  for (const { headers, body } of refused) {
    expect(headers.get('retry-after')).toBe('1');
    expect(body.code).toBe('RATE_LIMITED');
  }
});
