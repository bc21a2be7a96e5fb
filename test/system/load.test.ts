import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatherCrowd } from '../../bench/support/load-crowd.ts';
import type { Outcome } from '../../bench/support/load-generator.ts';
import { type Crowd, createMix, MIX, WORK_KINDS } from '../../bench/support/load-mix.ts';
import { type Load, startLoad } from '../../bench/support/load-run.ts';
import { findUndoneWork, findWrongTokens } from '../../bench/support/lost-work.ts';
import { type LocalSystem, startLocalSystem } from '../support/local-system.ts';

const MEMBERS = 4;
const PER_SECOND = 12;
const SECONDS = 2.5;
const COME_TO_REST_MS = 60_000;

let system: LocalSystem;
let crowd: Crowd;
let load: Load;
beforeAll(async () => {
  system = await startLocalSystem();
  crowd = await gatherCrowd(system.cloud, MEMBERS);
  load = startLoad(system.cloud, crowd);
}, 150_000);
afterAll(async () => {
  await load?.close();
  await system?.close();
  expect(system?.denials).toEqual([]);
});

describe('a mixed load', () => {
  it('has each kind of work in its share', () => {
    const next = createMix();
    const counts = Object.groupBy(Array.from({ length: 10_000 }, next), ({ kind }) => kind);
    for (const kind of WORK_KINDS)
      expect(Math.abs((counts[kind]?.length ?? 0) - 100 * MIX[kind])).toBeLessThanOrEqual(1);
  });

  it('fails nowhere, and no work of it is lost', async () => {
    const { outcomes, events } = await load.run(PER_SECOND, SECONDS);
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([]);
    const kinds = new Set<string>(outcomes.map(({ kind }) => kind));
    expect([...kinds, events.length > 0 && 'event'].sort()).toEqual([...WORK_KINDS].sort());
    expect(await load.comeToRest(COME_TO_REST_MS)).toEqual([]);
    expect(findWrongTokens(system.cloud, crowd, outcomes)).toEqual([]);
  }, 120_000);
});

describe('the count of lost work', () => {
  const done = (kind: Outcome['kind']): Outcome => {
    const outcome = load.done.outcomes.find((each) => each.kind === kind);
    if (!outcome) throw new Error(`no ${kind} was done`);
    return outcome;
  };
  const undone = (outcome: Outcome) => findUndoneWork(system.cloud, crowd, { outcomes: [outcome], events: [] });

  it('has an exchange that brought no other rights', () => {
    const outcome = { ...done('exchange'), token: crowd[0]?.hostTokens[0] ?? '' };
    expect(findWrongTokens(system.cloud, crowd, [outcome])).toEqual([expect.stringMatching(/^exchange: 0 gives/)]);
  });

  it("has a token of somebody else's, and one that IVS refuses", () => {
    const { token = '', ...issued } = done('token');
    const anothers = { ...issued, token: crowd[1]?.hostTokens[0] ?? '' };
    const broken = { ...issued, token: token.slice(0, -4) };
    expect(findWrongTokens(system.cloud, crowd, [anothers, broken])).toEqual([
      expect.stringMatching(/^token: 0 gives/),
      expect.stringMatching(/^token: 0 is refused/),
    ]);
  });

  it('has an event that was told and is not applied', async () => {
    system.cloud.ivs.setEventDelivery({ lose: 1 });
    const { events } = await load.run(PER_SECOND, 1);
    system.cloud.ivs.setEventDelivery({});
    expect(events.length).toBeGreaterThan(0);
    expect(await load.comeToRest(0)).toContainEqual(expect.stringMatching(/^event: \d publish on the stage/));
  }, 60_000);

  it('has a sign-in that is not noted, and one whose user has no stage that the profile names', async () => {
    const later = Date.now() + 60_000;
    const signIn = done('repeated sign-in');
    const notNoted = expect.stringMatching(/^sign-in: the last one of .* is not noted/);
    expect(await undone({ ...signIn, sentAt: later, answeredAt: later })).toContainEqual(notNoted);
    await system.changeProfile(crowd[0]?.userId ?? '', { stageArn: 'arn:aws:ivs:us-east-1:000000000000:stage/gone' });
    expect(await undone(signIn)).toContainEqual(expect.stringMatching(/^sign-in: .* has 1 stages/));
  }, 60_000);
});
