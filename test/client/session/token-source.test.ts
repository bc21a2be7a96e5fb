import { describe, expect, it } from '@jest/globals';
import { TokenSource } from '../../../client/session/token-source.ts';
import type { ParticipantToken } from '../../../contract/stages.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

function sourceOf(lifeMs: number) {
  const clock = new VirtualClock();
  let issued = 0;
  const issue = async () => {
    issued += 1;
    const token = `${issued}`;
    await settle();
    return { token, expiresAt: new Date(clock.now() + lifeMs).toISOString() } as ParticipantToken;
  };
  return { clock, tokens: new TokenSource(issue, clock), issued: () => issued };
}

describe('the token source', () => {
  it('shares one request among all who ask, and the token after it', async () => {
    const { tokens, issued } = sourceOf(60_000);
    const [one, other] = await Promise.all([tokens.get(), tokens.get()]);
    expect(one).toBe(other);
    expect(await tokens.get()).toBe(one);
    expect(issued()).toBe(1);
  });

  it('asks for another when the token has 30 s left', async () => {
    const { clock, tokens } = sourceOf(60_000);
    await tokens.get();
    await clock.pass(29_999);
    expect((await tokens.get()).token).toBe('1');
    await clock.pass(1);
    expect((await tokens.get()).token).toBe('2');
  });

  it('hands out a token that was dropped on its way only to who waited for it', async () => {
    const { tokens } = sourceOf(60_000);
    const before = tokens.get();
    tokens.drop();
    expect((await tokens.get()).token).toBe('2');
    expect((await before).token).toBe('1');
    expect((await tokens.get()).token).toBe('2');
  });
});
