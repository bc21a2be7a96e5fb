import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  MembershipStore,
  ParticipantListStore,
  RateLimitStore,
  SharedPage,
  StageAccessReader,
} from '../../lambdas/stages/ports.ts';

const at = new Date('2026-01-01T10:20:30.000Z');
const later = (ms: number) => new Date(at.getTime() + ms);

export interface MembershipStores {
  readonly memberships: MembershipStore;
  readonly stageAccess: StageAccessReader;
}

/** What every MembershipStore promises, and what a StageAccessReader makes of it: run against DynamoDB and memory. */
export function describeMembershipStore(name: string, newStores: () => Promise<MembershipStores>): void {
  describe(`${name} as a MembershipStore`, () => {
    let store: MembershipStore;
    let access: StageAccessReader;
    beforeEach(async () => {
      ({ memberships: store, stageAccess: access } = await newStores());
    });

    it('keeps an invitation, tells whether there was one, and ends it in the second before', async () => {
      const guest = { userId: 'grace', capabilities: ['PUBLISH_AUDIO' as const] };
      expect(await store.putGuest('ada', { ...guest, expiresAt: '2026-01-01T11:00:00.999Z' })).toBe(false);
      expect(await store.putGuest('ada', { ...guest, expiresAt: '2026-01-01T12:00:00.999Z' })).toBe(true);
      const kept = { capabilities: ['PUBLISH_AUDIO'], expiresAt: '2026-01-01T12:00:00.000Z' };
      expect(await access.read('ada', 'grace')).toMatchObject({ guest: kept, ban: undefined });
      expect(await store.listGuests('ada', 10)).toEqual([{ userId: 'grace', ...kept }]);
      expect(await store.putGuest('ada', guest)).toBe(true);
      expect(await store.listGuests('ada', 10)).toEqual([guest]);
      expect(await store.deleteGuest('ada', 'grace')).toBe(true);
      expect(await store.deleteGuest('ada', 'grace')).toBe(false);
      expect(await access.read('ada', 'grace')).toMatchObject({ guest: undefined });
    });

    it('keeps a ban beside an invitation, and ends it in the second after', async () => {
      await store.putGuest('ada', { userId: 'grace', capabilities: ['PUBLISH_AUDIO'] });
      await store.putBan('ada', { userId: 'grace', expiresAt: '2026-01-01T11:00:00.001Z' }, at);
      const ban = { expiresAt: '2026-01-01T11:00:01.000Z' };
      expect(await access.read('ada', 'grace')).toMatchObject({ ban, guest: { capabilities: ['PUBLISH_AUDIO'] } });
      expect(await store.listBans('ada', 10)).toEqual([{ userId: 'grace', ...ban }]);
      await store.putBan('ada', { userId: 'grace' }, at);
      expect(await store.listBans('ada', 10)).toEqual([{ userId: 'grace' }]);
      expect(await store.deleteBan('ada', 'grace')).toBe(true);
      expect(await store.deleteBan('ada', 'grace')).toBe(false);
    });

    it('lists in the order of ids, from behind one, of one owner and one kind', async () => {
      for (const userId of ['c', 'a', 'd', 'b']) await store.putBan('ada', { userId }, at);
      await store.putBan('ada2', { userId: 'x' }, at);
      await store.putGuest('ada', { userId: 'y', capabilities: ['PUBLISH_AUDIO'] });
      await store.burn('ada', 'p', later(1000));
      const ids = async (limit: number, after?: string) =>
        (await store.listBans('ada', limit, after)).map(({ userId }) => userId);
      expect(await ids(3)).toEqual(['a', 'b', 'c']);
      expect(await ids(3, 'c')).toEqual(['d']);
      expect(await ids(3, 'bb')).toEqual(['c', 'd']);
      expect(await ids(3, 'z')).toEqual([]);
    });

    it('tells who was banned since some moment, in bans that are over too', async () => {
      await store.putBan('ada', { userId: 'before' }, at);
      await store.putBan('ada', { userId: 'over', expiresAt: later(-1000).toISOString() }, later(1));
      await store.putBan('ada', { userId: 'after' }, later(2));
      await store.putBan('ada', { userId: 'lifted' }, later(2));
      await store.deleteBan('ada', 'lifted');
      expect(await store.listBannedSince('ada', later(1))).toEqual(['after', 'over']);
    });

    it('tells of a burnt participant, also to the owner who has no other row', async () => {
      await store.burn('ada', 'p1', later(1000));
      expect(await access.read('ada', 'grace', 'p1')).toMatchObject({ burnt: true });
      expect(await access.read('ada', 'ada', 'p1')).toMatchObject({ burnt: true });
      expect(await access.read('ada', 'grace', 'p2')).toMatchObject({ burnt: false });
      expect(await access.read('ada', 'grace')).toMatchObject({ burnt: false });
      expect(await access.read('grace', 'ada', 'p1')).toMatchObject({ burnt: false });
    });
  });
}

/** What every RateLimitStore promises. */
export function describeRateLimitStore(name: string, newStore: () => Promise<RateLimitStore>): void {
  describe(`${name} as a RateLimitStore`, () => {
    it('lets five pass at once, then one a second, of each user', async () => {
      const store = await newStore();
      const passes = async (ms: number, userId = 'ada') => (await store.take(userId, later(ms))) === undefined;
      for (let i = 0; i < 5; i++) expect(await passes(0)).toBe(true);
      expect(await store.take('ada', at)).toBe(1);
      expect(await store.take('ada', later(999))).toBe(1);
      expect(await passes(999, 'grace')).toBe(true);
      expect([await passes(1000), await passes(1000)]).toEqual([true, false]);
      expect([await passes(3500), await passes(3500), await passes(3500)]).toEqual([true, true, false]);
      for (let i = 0; i < 5; i++) expect(await passes(60_000)).toBe(true);
      expect(await passes(60_000)).toBe(false);
    });

    it('lets no more than five pass of many at once', async () => {
      const store = await newStore();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.take('ada', at)));
      expect(answers.filter((answer) => answer === undefined).length).toBeLessThanOrEqual(5);
      expect(answers[0]).toBeUndefined();
    });
  });
}

/** What every ParticipantListStore promises. */
export function describeParticipantListStore(name: string, newStore: () => Promise<ParticipantListStore>): void {
  describe(`${name} as a ParticipantListStore`, () => {
    const page: SharedPage = {
      participants: [
        { participantId: 'p1', userId: 'grace', connected: true, firstJoinedAt: at.toISOString() },
        { participantId: 'p2', userId: '', connected: false },
      ],
      cursor: 'next',
      freshUntil: later(3000).getTime(),
    };

    it('gives a claim to one, until it ends', async () => {
      const store = await newStore();
      const claims = await Promise.all([1, 2, 3].map(() => store.claim('ada', '', later(1000), at)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await store.claim('ada', 'next', later(1000), at)).toBe(true);
      expect(await store.claim('grace', '', later(1000), at)).toBe(true);
      expect(await store.claim('ada', '', later(2000), later(999))).toBe(false);
      expect(await store.claim('ada', '', later(2000), later(1000))).toBe(true);
    });

    it('keeps a page, which nobody may claim while it is fresh', async () => {
      const store = await newStore();
      expect(await store.get('ada', '')).toBeUndefined();
      await store.claim('ada', '', later(8000), at);
      expect(await store.get('ada', '')).toBeUndefined();
      await store.put('ada', '', page);
      expect(await store.get('ada', '')).toEqual(page);
      expect(await store.get('ada', 'next')).toBeUndefined();
      expect(await store.claim('ada', '', later(8000), later(2999))).toBe(false);
      expect(await store.claim('ada', '', later(11_000), later(3000))).toBe(true);
      expect(await store.get('ada', '')).toEqual(page);
    });

    it('takes a page token as long as IVS makes them', async () => {
      const store = await newStore();
      const token = 'x'.repeat(1024);
      await store.put('ada', token, page);
      expect(await store.get('ada', token)).toEqual(page);
    });
  });
}
