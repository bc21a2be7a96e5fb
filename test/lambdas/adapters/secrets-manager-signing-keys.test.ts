import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SecretsManagerSigningKeys } from '../../../lambdas/adapters/secrets-manager-signing-keys.ts';
import { type LocalSigningKey, startLocalSigningKey } from '../../support/local-signing-key.ts';
import { settings } from '../../support/world.ts';

const MINUTE_MS = 60_000;

let local: LocalSigningKey;
let keys: SecretsManagerSigningKeys;
beforeEach(async () => {
  local = await startLocalSigningKey();
  keys = signer();
});
afterEach(() => local.close());

const signer = (deadline = (ms: number) => AbortSignal.timeout(ms)) =>
  new SecretsManagerSigningKeys(local.client, local.secretArn, {
    settings,
    log: local.log,
    metrics: local.metrics,
    now: local.clock.now,
    deadline,
  });
const arns = () => local.ivs.snapshot().publicKeys?.map(({ arn }) => arn) ?? [];
const reads = () => local.requests.filter((request) => request.startsWith('GetSecretValue AWS'));
const put = (SecretString: string) =>
  local.client.send(new PutSecretValueCommand({ SecretId: local.secretArn, SecretString }));

describe('before the first rotation', () => {
  it('there is no key, which is counted but no error', async () => {
    expect(await keys.forSigning()).toBeUndefined();
    expect(await keys.withArn('arn:aws:ivs:us-east-1:000000000000:public-key/x')).toBeUndefined();
    expect(local.metrics.sum('SigningKeyUnavailable')).toBe(1);
    expect(local.log.messages('error')).toEqual([]);
  });

  it('the first key signs two seconds after it was made, at the latest', async () => {
    await keys.forSigning();
    await local.rotate();
    expect(await keys.forSigning()).toBeUndefined();
    local.clock.advance(2_000);
    expect(await keys.forSigning()).toMatchObject({ publicKeyArn: arns()[0] });
  });
});

describe('with a key', () => {
  beforeEach(async () => {
    await local.rotate();
    await keys.forSigning();
  });

  it('reads the secret twice in five minutes, however many tokens are signed, also at the same time', async () => {
    expect(reads()).toEqual(['GetSecretValue AWSCURRENT', 'GetSecretValue AWSPREVIOUS']);
    local.clock.advance(5 * MINUTE_MS - 1);
    await keys.forSigning();
    expect(reads()).toHaveLength(2);
    local.clock.advance(1);
    await Promise.all(Array.from({ length: 20 }, () => keys.forSigning()));
    expect(reads()).toHaveLength(4);
  });

  it('reads it once when no token of a predecessor can be left', async () => {
    local.clock.advance(75 * MINUTE_MS);
    await signer().forSigning();
    expect(reads().slice(2)).toEqual(['GetSecretValue AWSCURRENT']);
  });

  it('signs with the successor when that is five minutes old, and still knows the predecessor', async () => {
    const [first] = arns();
    await local.rotate();
    const [, second = ''] = arns();
    const other = signer();
    expect(await other.forSigning()).toMatchObject({ publicKeyArn: first });
    expect(await other.withArn(second)).toMatchObject({ publicKeyArn: second });
    local.clock.advance(5 * MINUTE_MS);
    for (const each of [keys, other]) {
      expect(await each.forSigning()).toMatchObject({ publicKeyArn: second });
      expect(await each.withArn(first ?? '')).toMatchObject({ publicKeyArn: first });
    }
  });

  it('goes on with it while the secret cannot be read, rings, and does not ask for every token', async () => {
    local.setDown(true);
    local.clock.advance(9 * MINUTE_MS);
    for (let i = 0; i < 5; i++) expect(await keys.forSigning()).toMatchObject({ publicKeyArn: arns()[0] });
    expect(local.metrics.sum('SigningKeyUnavailable')).toBe(1);
    expect(local.log.messages('error')).toEqual(['the signing key could not be read']);
    local.clock.advance(10_000);
    await keys.forSigning();
    expect(local.metrics.sum('SigningKeyUnavailable')).toBe(2);
  });

  it('signs with it no more when it was read so long ago that it may have been retired', async () => {
    local.setDown(true);
    local.clock.advance(10 * MINUTE_MS);
    expect(await keys.forSigning()).toMatchObject({ publicKeyArn: arns()[0] });
    local.clock.advance(1);
    expect(await keys.forSigning()).toBeUndefined();
    local.setDown(false);
    local.clock.advance(10_000);
    expect(await keys.forSigning()).toMatchObject({ publicKeyArn: arns()[0] });
  });

  it('waits a second for the secret, not longer', async () => {
    const deadlines: number[] = [];
    await signer((ms) => {
      deadlines.push(ms);
      return AbortSignal.timeout(ms);
    }).forSigning();
    expect(deadlines).toEqual([1_000]);
  });
});

it('without any knowledge signs nothing, and asks to come back with a token that it cannot judge', async () => {
  await local.rotate();
  local.setDown(true);
  expect(await keys.forSigning()).toBeUndefined();
  await expect(keys.withArn(arns()[0] ?? '')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
});

it('without any knowledge asks again after two seconds, as nothing can be exchanged until then', async () => {
  await local.rotate();
  local.setDown(true);
  await keys.forSigning();
  local.setDown(false);
  local.clock.advance(1_999);
  expect(await keys.forSigning()).toBeUndefined();
  local.clock.advance(1);
  expect(await keys.forSigning()).toMatchObject({ publicKeyArn: arns()[0] });
});

it.each([
  ['no JSON', 'hunter2 is the password'],
  ['no key', '{"publicKeyArn":"arn","privateKey":"hunter2","importedAt":"2026-01-01T00:00:00.000Z"}'],
])('takes a broken secret (%s) for one that cannot be read, and logs nothing of it', async (_what, value) => {
  await put(value);
  expect(await keys.forSigning()).toBeUndefined();
  expect(local.log.messages('error')).toEqual(['the signing key could not be read']);
  const { fields } = local.log.lines[0] ?? {};
  const { cause } = fields as { cause: Error };
  expect(`${cause.stack} ${JSON.stringify(cause)}`).not.toContain('hunter2');
});
