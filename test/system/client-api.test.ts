import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BannedError, CapabilityNotAllowedError, NotFoundError } from '../../client/api/api-errors.ts';
import { createStagedoorApi } from '../../client/api/create-stagedoor-api.ts';
import type { StagedoorApi } from '../../client/api/stagedoor-api.ts';
import { type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

let system: LocalSystem;
let ada: User;
let grace: User;
let mod: User;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
  [ada, grace, mod] = await Promise.all([system.signIn('ada'), system.signIn('grace'), system.signIn('mod')]);
});
afterAll(() => system.close());

const apiOf = ({ accessToken }: User): StagedoorApi =>
  createStagedoorApi({ url: system.cloud.apiUrl, getAccessToken: async () => accessToken });

// Each of them makes no more than five calls that make IVS work: of more, the API lets one through each second.

it('lets an owner open a stage and invite', async () => {
  const host = apiOf(ada);
  const guest = apiOf(grace);
  expect(await host.openMyStage()).toMatchObject({ ownerId: ada.userId, status: 'active' });
  expect(await host.changeMyStage({ visibility: 'public' })).toEqual(await host.getMyStage());
  expect(await guest.listLiveStages({ limit: 5 })).toEqual({ stages: [] });
  expect(await guest.getStage(ada.userId)).toMatchObject({ role: 'viewer' });

  await host.invite(grace.userId, { capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] });
  expect(await host.listGuests()).toMatchObject({ guests: [{ userId: grace.userId }] });
  const { token, participantId } = await guest.issueToken(ada.userId);
  expect(await guest.exchangeToken(ada.userId, { token })).toMatchObject({ participantId, role: 'guest' });
  await host.withdrawInvitation(grace.userId);
  await expect(host.withdrawInvitation(grace.userId)).rejects.toBeInstanceOf(NotFoundError);
  const wish = { capabilities: ['PUBLISH_VIDEO'] } as const;
  await expect(guest.issueToken(ada.userId, wish)).rejects.toBeInstanceOf(CapabilityNotAllowedError);
});

it('lets a moderator keep the peace', async () => {
  const moderator = apiOf(mod);
  await moderator.ban(ada.userId, grace.userId);
  await expect(apiOf(grace).issueToken(ada.userId)).rejects.toBeInstanceOf(BannedError);
  expect(await moderator.listBans(ada.userId)).toEqual({ bans: [{ userId: grace.userId }] });
  await moderator.liftBan(ada.userId, grace.userId);
  expect(await moderator.listParticipants(ada.userId)).toMatchObject({ participants: [] });
  await expect(moderator.kick(ada.userId, 'nobody12')).rejects.toBeInstanceOf(NotFoundError);
});

it('opens and closes an ingest, and forgets its user', async () => {
  const host = apiOf(grace);
  await host.openMyStage();
  const { ingestId } = await host.openIngest();
  expect(await host.listIngests()).toMatchObject({ ingests: [{ ingestId }] });
  await host.closeIngest(ingestId);
  await host.deleteMe();
  await expect(host.getMyStage()).rejects.toMatchObject({ code: 'STAGE_NOT_FOUND' });
});
