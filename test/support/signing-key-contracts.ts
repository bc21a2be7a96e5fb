import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IvsPublicKeys, RotatingSecret, StoredSigningKey } from '../../lambdas/stages/ports.ts';

/** What holds for the public keys of a region. `makeKey` answers a key that no call has had before. */
export function describePublicKeys(name: string, start: () => Promise<IvsPublicKeys>, makeKey: () => string): void {
  describe(name, () => {
    let publicKeys: IvsPublicKeys;
    beforeEach(async () => {
      publicKeys = await start();
    });
    const add = (keyName: string, tags = {}) => publicKeys.import(keyName, makeKey(), tags, signal());

    it('imports, lists, tells and deletes a key, twice if need be', async () => {
      const material = makeKey();
      const { arn } = await publicKeys.import('one', material, { a: 'b' }, signal());
      expect(await publicKeys.list(signal())).toEqual([{ arn, name: 'one', tags: { a: 'b' } }]);
      expect((await publicKeys.get(arn, signal()))?.trim()).toBe(material.trim());
      for (let i = 0; i < 2; i++) await publicKeys.delete(arn, signal());
      expect(await publicKeys.get(arn, signal())).toBeUndefined();
      expect(await publicKeys.list(signal())).toEqual([]);
    });

    it('takes three, also of the same name, and no fourth', async () => {
      for (let i = 0; i < 3; i++) await add('same');
      await expect(add('same')).rejects.toMatchObject({ reason: 'quota-reached' });
      expect(await publicKeys.list(signal())).toHaveLength(3);
    });

    it('takes no key a second time', async () => {
      const material = makeKey();
      await publicKeys.import('one', material, {}, signal());
      await expect(publicKeys.import('two', material, {}, signal())).rejects.toThrow();
    });
  });
}

const VERSION = '11111111-1111-4111-8111-111111111111';
const signal = () => AbortSignal.timeout(5_000);
const key: StoredSigningKey = { publicKeyArn: 'arn', privateKey: 'pem', importedAt: '2026-01-01T00:00:00.000Z' };

/** What holds for a secret whose first version holds no key. */
export function describeRotatingSecret(name: string, start: () => Promise<RotatingSecret>): void {
  describe(name, () => {
    let secret: RotatingSecret;
    let first: string | undefined;
    beforeEach(async () => {
      secret = await start();
      [first] = Object.keys((await secret.describe()).versions);
    });
    const stagesOf = async (versionId = '') => (await secret.describe()).versions[versionId];

    it('begins with a current version without a key, never promoted', async () => {
      expect(await secret.read(first ?? '')).toBeUndefined();
      expect(await secret.read(VERSION)).toBeUndefined();
      expect([await stagesOf(first), (await secret.describe()).promotedAt]).toEqual([['AWSCURRENT'], undefined]);
    });

    it('puts a pending version once: again with the same key only', async () => {
      for (let i = 0; i < 2; i++) await secret.putPending(VERSION, key, signal());
      await expect(secret.putPending(VERSION, { ...key, privateKey: 'other' }, signal())).rejects.toThrow();
      expect(await secret.read(VERSION)).toEqual(key);
      expect(await stagesOf(VERSION)).toEqual(['AWSPENDING']);
    });

    it('promotes it, and the one before is the previous', async () => {
      await secret.putPending(VERSION, key, signal());
      await secret.promote(VERSION, first);
      expect(await stagesOf(VERSION)).toContain('AWSCURRENT');
      expect(await stagesOf(first)).toEqual(['AWSPREVIOUS']);
    });
  });
}
