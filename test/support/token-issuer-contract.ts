import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HeldToken, IssuedToken, ParticipantTokenIssuer, TokenRequest } from '../../lambdas/stages/ports.ts';
import type { StageRecord } from '../../lambdas/stages/profile.ts';

export interface IssuerUnderTest {
  readonly issuer: ParticipantTokenIssuer;
  readonly stage: StageRecord;
  readonly now: () => Date;
}

export const hostRequest: TokenRequest = {
  userId: 'ada',
  displayName: 'Ada',
  role: 'host',
  capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO'],
  durationMinutes: 60,
};

/** What holds for an issuer whose tokens can be exchanged, signed or remembered. */
export function describeTokenIssuer(name: string, start: () => Promise<IssuerUnderTest>): void {
  describe(name, () => {
    let under: IssuerUnderTest;
    let issued: IssuedToken;
    beforeEach(async () => {
      under = await start();
      issued = await issue();
    });
    const issue = async (): Promise<IssuedToken> => {
      const token = await under.issuer.issue(under.stage, hostRequest, AbortSignal.timeout(5_000));
      if (!token) throw new Error('no token was issued');
      return token;
    };
    const held = async ({ token }: { readonly token: string }): Promise<HeldToken> => {
      const read = await under.issuer.read(token);
      if (typeof read === 'string') throw new Error(read);
      return read;
    };

    it('issues tokens of different participants, for as long as was asked for', async () => {
      expect(issued.issuedBy).toBe('key-pair');
      expect(issued.expiresAt.getTime() - under.now().getTime()).toBe(3_600_000);
      expect((await issue()).participantId).not.toBe(issued.participantId);
    });

    it('reads what it issued', async () => {
      expect(await held(issued)).toMatchObject({
        participantId: issued.participantId,
        userId: 'ada',
        stageArn: under.stage.arn,
        capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO'],
        expiresAt: issued.expiresAt,
      });
    });

    it('issues it anew for the same participant and place, with other rights', async () => {
      const before = await held(issued);
      const reissued = await under.issuer.reissue(before, {
        ...hostRequest,
        role: 'viewer',
        capabilities: ['SUBSCRIBE_AUDIO'],
        durationMinutes: 15,
      });
      const after = await held({ token: reissued?.token ?? '' });
      const expiresAt = new Date(under.now().getTime() + 900_000);
      expect(after).toEqual({ ...before, capabilities: ['SUBSCRIBE_AUDIO'], expiresAt });
    });

    it.each(['', 'forged', 'a.b.c', '...', '{}.{}.{}'])('refuses %j', async (token) => {
      expect(await under.issuer.read(token)).toBe('refused');
    });

    it('refuses what was changed in one character', async () => {
      const { token } = issued;
      for (const at of [0.3, 0.6, 0.95].map((share) => Math.floor(share * token.length))) {
        const other = token[at] === 'A' ? 'B' : 'A';
        expect(await under.issuer.read(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)).toBe('refused');
      }
    });
  });
}
