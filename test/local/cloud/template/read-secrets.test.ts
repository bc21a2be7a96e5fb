import { describe, expect, it } from '@jest/globals';
import type { RawResource } from '../../../../local/cloud/template/assembly.ts';
import { openTemplate } from '../../../../local/cloud/template/open-template.ts';
import { readSecrets } from '../../../../local/cloud/template/read-secrets.ts';

const ENVIRONMENT = { stackName: 'Stagedoor', region: 'eu-west-1', accountId: '123456789012', addresses: {} };
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:Rotate';
const DAY_MS = 86_400_000;

const read = (resources: Record<string, RawResource>) =>
  readSecrets(openTemplate({ Resources: resources }, ENVIRONMENT));
const secret = (Properties: object = {}) => ({ Type: 'AWS::SecretsManager::Secret', Properties: { ...Properties } });
const schedule = (RotationRules: object, rest: object = {}) => ({
  Type: 'AWS::SecretsManager::RotationSchedule',
  Properties: { SecretId: { Ref: 'Keys' }, RotationLambdaARN: FUNCTION_ARN, RotationRules, ...rest },
});
const policy = (Effect: string) => ({
  Type: 'AWS::SecretsManager::ResourcePolicy',
  Properties: { SecretId: { Ref: 'Keys' }, ResourcePolicy: { Statement: [{ Effect, Action: 'a', Resource: '*' }] } },
});

describe('a secret of a template', () => {
  it('has its name, or its logical id for one, and an ARN of AWS’s form', () => {
    expect(read({ Keys: secret(), Other: secret({ Name: 'stage/keys', Description: 'd' }) })).toEqual([
      { name: 'Keys', arn: expect.stringMatching(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:Keys-\w{6}$/) },
      { name: 'stage/keys', arn: expect.stringMatching(/:secret:stage\/keys-\w{6}$/) },
    ]);
  });

  it('has the value of the template, or one that is made up each time', () => {
    const [given, generated] = read({
      Given: secret({ SecretString: 'given' }),
      Generated: secret({ GenerateSecretString: { PasswordLength: 40, ExcludePunctuation: true } }),
    });
    expect(given?.createValue?.()).toBe('given');
    expect(generated?.createValue?.()).toMatch(/^[a-zA-Z\d]{40}$/);
    expect(generated?.createValue?.()).not.toBe(generated?.createValue?.());
  });

  it.each([
    [{ AutomaticallyAfterDays: 30 }, 30 * DAY_MS],
    [{ ScheduleExpression: 'rate(1 day)', Duration: '3h' }, DAY_MS],
    [{ ScheduleExpression: 'rate(4 hours)' }, DAY_MS / 6],
  ])('is rotated by the rules %j', (rules, periodMs) => {
    const rotation = { functionArn: FUNCTION_ARN, rules, periodMs, rotatesAtOnce: true };
    expect(read({ Keys: secret(), Schedule: schedule(rules) })).toMatchObject([{ rotation }]);
    const later = schedule(rules, { RotateImmediatelyOnUpdate: false });
    expect(read({ Keys: secret(), Schedule: later })).toMatchObject([{ rotation: { rotatesAtOnce: false } }]);
  });

  it.each([
    {},
    { ScheduleExpression: 'cron(0 8 1 * ? *)' },
    { ScheduleExpression: 'rate(3 hours)' },
    { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' },
  ])('is refused with the rules %j', (rules) => {
    expect(() => read({ Keys: secret(), Schedule: schedule(rules) })).toThrow(/^Schedule has the rules {/);
  });

  it('is refused with what would change how the system behaves', () => {
    const days = { AutomaticallyAfterDays: 1 };
    const two = { One: schedule(days), Two: schedule(days) };
    expect(() => read({ Keys: secret({ ReplicaRegions: [] }) })).toThrow('ReplicaRegions');
    expect(() => read({ Keys: secret({ SecretString: 'a', GenerateSecretString: {} }) })).toThrow('Keys has');
    expect(() => read({ Keys: secret(), ...two })).toThrow('Two is a second rotation schedule of Keys');
    const hosted = schedule(days, { HostedRotationLambda: {} });
    expect(() => read({ Keys: secret(), Schedule: hosted })).toThrow('HostedRotationLambda');
    const elsewhere = schedule(days, { SecretId: 'elsewhere' });
    expect(() => read({ Schedule: elsewhere })).toThrow('Schedule rotates elsewhere, which is no secret');
  });

  it('may have a resource policy that only denies', () => {
    expect(read({ Keys: secret(), Policy: policy('Deny') })).toHaveLength(1);
    expect(() => read({ Keys: secret(), Policy: policy('Allow') })).toThrow('only a policy that denies');
  });
});
