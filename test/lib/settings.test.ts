import { expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib/core';
import { IVS_REAL_TIME_REGIONS, readSettings, stackName } from '../../lib/settings.ts';

const read = (context: Record<string, unknown> = {}) => readSettings(new App({ context }).node);

it('has a default for everything', () => {
  expect(read()).toEqual({
    deploymentName: '',
    region: 'us-east-1',
    staleAfterDays: 30,
    stageCheckDays: 5,
    tokenMinutes: 60,
    tokenIssuer: 'key-pair',
    keyRotationDays: 30,
    stageQuota: 1000,
    alarmEmail: '',
    webPage: false,
    allowedOrigins: ['http://localhost:4000'],
    userPoolId: '',
    userPoolClientId: '',
    selfSignUp: true,
    initialVisibility: 'public',
    protectData: true,
    logRetentionDays: 30,
  });
});

it('takes values as the command line gives them, as text', () => {
  expect(
    read({ staleAfterDays: '7', selfSignUp: 'false', allowedOrigins: 'https://a.example,https://b.example' }),
  ).toMatchObject({ staleAfterDays: 7, selfSignUp: false, allowedOrigins: ['https://a.example', 'https://b.example'] });
});

it.each(IVS_REAL_TIME_REGIONS)('knows that IVS Real-Time exists in %s', (region) => {
  expect(read({ region })).toMatchObject({ region });
});

it.each([
  ['region', 'eu-west-2', 'IVS Real-Time exists only in us-east-1, us-west-2, ap-south-1'],
  ['deploymentName', 'My Name', 'must be 0 to 32 of a-z, 0-9 and -'],
  ['staleAfterDays', 0, '>=1'],
  ['staleAfterDays', 'soon', 'expected number'],
  ['stageCheckDays', 8, '<=7'],
  ['tokenMinutes', 20_161, '<=20160'],
  ['allowedOrigins', 'example.com', 'must be an origin such as https://example.com'],
  ['allowedOrigins', 'https://example.com/path', 'must be an origin such as https://example.com'],
  ['stageQuota', 0, '>=1'],
  ['alarmEmail', 'ops at example.com', 'must be an e-mail address'],
  ['userPoolId', 'eu-west-1', 'must be the id of a user pool'],
  ['userPoolClientId', 'Web', 'must be the id of a user pool client'],
  ['initialVisibility', 'secret', '"public"|"invited"'],
  ['logRetentionDays', 31, 'expected one of'],
])('refuses %s = %j and says what would do', (key, value, rule) => {
  const refusal = () => read({ [key]: value });
  expect(refusal).toThrow(`${key} = ${JSON.stringify(value)}: `);
  expect(refusal).toThrow(rule);
});

it('names all wrong settings at once', () => {
  expect(() => read({ region: 'mars', tokenMinutes: 0 })).toThrow(/region = "mars"[\s\S]*tokenMinutes = 0/);
});

it('takes a user pool that is there already, of the same region and with a client', () => {
  const existing = { userPoolId: 'eu-west-1_AbCdEf123', userPoolClientId: '1h57kf5cpq17m0eml12example' };
  expect(read({ ...existing, region: 'eu-west-1' })).toMatchObject(existing);
  expect(() => read({ ...existing, region: 'us-east-1' })).toThrow(
    'userPoolId = "eu-west-1_AbCdEf123": must be a user pool in the region of the deployment',
  );
  expect(() => read({ userPoolId: existing.userPoolId, region: 'eu-west-1' })).toThrow(
    'userPoolClientId = undefined: must be given with userPoolId',
  );
});

it('names the stack after the deployment', () => {
  expect([stackName({ deploymentName: '' }), stackName({ deploymentName: 'test' })]).toEqual([
    'Stagedoor',
    'Stagedoor-test',
  ]);
});
