import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type LocalSystem, startLocalSystem } from '../support/local-system.ts';

let system: LocalSystem;
beforeAll(async () => {
  system = await startLocalSystem({ ivsStageQuota: 2 });
});
afterAll(() => system.close());

it('makes room for who asks next by removing the longest idle stage, and none of who was there today', async () => {
  const ada = await system.signIn('ada');
  const grace = await system.signIn('grace');
  const yesterday = new Date(Date.now() - 25 * 3_600_000).toISOString().slice(0, 13);
  await system.changeProfile(ada.userId, { idleKey: `${yesterday}#${ada.userId}` });
  const mod = await system.signIn('mod');
  expect(system.logLines.filter((line) => line.includes('"StageQuotaReached":1'))).toHaveLength(1);
  await eventually(async () => (await mod.put('/me/stage')).status === 200);
  expect((await ada.get('/me/stage')).body.status).toBe('inactive');
  expect((await grace.get('/me/stage')).body.status).toBe('active');
  expect(system.cloud.ivs.stages()).toHaveLength(2);
  expect(system.denials).toEqual([]);
}, 60_000);
