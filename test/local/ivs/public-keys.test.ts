import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  DeletePublicKeyCommand,
  GetPublicKeyCommand,
  ImportPublicKeyCommand,
  ListPublicKeysCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { makeKeyPair } from './key-pair.ts';
import { runEmulator, serviceError } from './running-emulator.ts';

describe('a public key', () => {
  it('is imported, found, listed, tagged and deleted', async () => {
    const { client } = await runEmulator();
    const { publicKeyMaterial } = makeKeyPair();
    const imported = await client.send(
      new ImportPublicKeyCommand({ publicKeyMaterial, name: 'ours', tags: { env: 'dev' } }),
    );
    const arn = imported.publicKey?.arn;
    const der = createPublicKey(publicKeyMaterial).export({ type: 'spki', format: 'der' });
    expect(imported.publicKey).toEqual({
      arn: expect.stringMatching(/^arn:aws:ivs:us-east-1:000000000000:public-key\/[a-zA-Z0-9]{12}$/),
      name: 'ours',
      publicKeyMaterial,
      fingerprint: createHash('md5')
        .update(der)
        .digest('hex')
        .replace(/..(?!$)/g, '$&:'),
      tags: { env: 'dev' },
    });
    await client.send(new TagResourceCommand({ resourceArn: arn, tags: { env: 'prod' } }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags).toEqual({ env: 'prod' });
    expect((await client.send(new GetPublicKeyCommand({ arn }))).publicKey).toMatchObject({ tags: { env: 'prod' } });
    const { publicKeys } = await client.send(new ListPublicKeysCommand({}));
    expect(publicKeys).toEqual([{ arn, name: 'ours', tags: { env: 'prod' } }]);
    await client.send(new DeletePublicKeyCommand({ arn }));
    const notFound = serviceError('ResourceNotFoundException', 404);
    await expect(client.send(new GetPublicKeyCommand({ arn }))).rejects.toMatchObject(notFound);
    await expect(client.send(new DeletePublicKeyCommand({ arn }))).rejects.toMatchObject(notFound);
  });

  it('is one of 3 at most, and not there yet', async () => {
    const { client } = await runEmulator();
    const importOne = ({ publicKeyMaterial } = makeKeyPair()) =>
      client.send(new ImportPublicKeyCommand({ publicKeyMaterial }));
    const first = makeKeyPair();
    const { publicKey } = await importOne(first);
    await expect(importOne(first)).rejects.toMatchObject(serviceError('ConflictException', 409));
    await importOne();
    await importOne();
    await expect(importOne()).rejects.toMatchObject(serviceError('ServiceQuotaExceededException', 402));
    const page = await client.send(new ListPublicKeysCommand({ maxResults: 2 }));
    const rest = await client.send(new ListPublicKeysCommand({ nextToken: page.nextToken }));
    expect([page.publicKeys?.length, rest.publicKeys?.length]).toEqual([2, 1]);
    await client.send(new DeletePublicKeyCommand({ arn: publicKey?.arn }));
    await expect(importOne(first)).resolves.toBeDefined();
  });

  const rsaKey = () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return publicKey.export({ type: 'spki', format: 'pem' }).toString();
  };

  it.each([
    ['of another curve', makeKeyPair('P-256').publicKeyMaterial],
    ['of another kind', rsaKey()],
    ['that is none', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['that is private', makeKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['that is nothing', ''],
  ])('%s is refused', async (_case, publicKeyMaterial) => {
    const { client } = await runEmulator();
    const importing = client.send(new ImportPublicKeyCommand({ publicKeyMaterial }));
    await expect(importing).rejects.toMatchObject(serviceError('ValidationException', 400));
  });
});
