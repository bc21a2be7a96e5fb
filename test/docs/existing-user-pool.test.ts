import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpdateUserPoolCommandInput, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { synthesize } from '../support/synthesized.ts';

const text = readFileSync(new URL('../../docs/existing-user-pool.md', import.meta.url), 'utf8');
const [, script = ''] = /node -e '([^']+)'/.exec(text) ?? [];

const { template } = synthesize({
  userPoolId: 'us-east-1_AbCdEf123',
  userPoolClientId: '1h57kf5cpq17m0eml12example',
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stagedoor-pool-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const update = (pool: object): unknown => {
  writeFileSync(join(directory, 'pool.json'), JSON.stringify(pool));
  const env = { ...process.env, FUNCTION: 'arn:sign-in' };
  return JSON.parse(
    execFileSync(process.execPath, ['-e', script], { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' }),
  );
};

/** What a pool keeps through the documented commands. */
const kept = {
  Policies: { PasswordPolicy: { MinimumLength: 12, TemporaryPasswordValidityDays: 3 } },
  DeletionProtection: 'ACTIVE',
  AutoVerifiedAttributes: ['email'],
  SmsVerificationMessage: 'Your code is {####}',
  EmailVerificationMessage: 'Your code is {####}',
  EmailVerificationSubject: 'Your code',
  VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
  SmsAuthenticationMessage: 'Your code is {####}',
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  MfaConfiguration: 'OPTIONAL',
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true },
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:ses' },
  SmsConfiguration: { SnsCallerArn: 'arn:sns' },
  UserPoolTags: { team: 'web' },
  UserPoolAddOns: { AdvancedSecurityMode: 'OFF' },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }] },
  UserPoolTier: 'ESSENTIALS',
} satisfies Partial<UpdateUserPoolCommandInput>;

const described = {
  ...kept,
  Id: 'us-east-1_AbCdEf123',
  Name: 'customers',
  LambdaConfig: { PreSignUp: 'arn:pre-sign-up' },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: true, UnusedAccountValidityDays: 3 },
  SchemaAttributes: [],
  AliasAttributes: ['email'],
  UsernameAttributes: [],
  UsernameConfiguration: { CaseSensitive: false },
  EstimatedNumberOfUsers: 5,
  SmsConfigurationFailure: '',
  EmailConfigurationFailure: '',
  Domain: 'customers',
  CustomDomain: 'auth.example.com',
  Arn: 'arn:pool',
} satisfies UserPoolType;

it('keeps all settings of the pool but for the two triggers', () => {
  const dates = { CreationDate: '2020-01-01T00:00:00Z', LastModifiedDate: '2020-01-01T00:00:00Z', Status: 'Enabled' };
  expect(update({ ...described, ...dates })).toEqual({
    ...kept,
    UserPoolId: 'us-east-1_AbCdEf123',
    PoolName: 'customers',
    LambdaConfig: { PreSignUp: 'arn:pre-sign-up', PostAuthentication: 'arn:sign-in', PostConfirmation: 'arn:sign-in' },
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  });
});

it('replaces no trigger that somebody else attached, and may run twice', () => {
  expect(() => update({ LambdaConfig: { PostConfirmation: 'arn:welcome-mail' } })).toThrow('arn:welcome-mail');
  expect(update({ LambdaConfig: { PostAuthentication: 'arn:sign-in' } })).toEqual({
    LambdaConfig: { PostAuthentication: 'arn:sign-in', PostConfirmation: 'arn:sign-in' },
  });
});

it('names settings and outputs that the stack has', () => {
  const outputs = Object.keys(template.findOutputs('*'));
  const named = [...text.matchAll(/<([A-Z]\w+)>/g)].map(([, name]) => name);
  expect(named).toEqual(['SignInFunctionArn']);
  expect(outputs).toEqual(expect.arrayContaining(named));
});

it('links only to files that exist', () => {
  for (const [, path = ''] of text.matchAll(/\]\((?!#|https?:)([^)#]+)/g)) {
    expect([path, existsSync(new URL(`../../docs/${path}`, import.meta.url))]).toEqual([path, true]);
  }
});
