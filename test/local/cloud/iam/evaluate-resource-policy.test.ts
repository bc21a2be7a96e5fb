import { describe, expect, it } from '@jest/globals';
import { evaluateForService, type ResourceStatement } from '../../../../local/cloud/iam/evaluate-resource-policy.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:events';
const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/live';
const REQUEST = {
  action: 'sqs:SendMessage',
  resource: QUEUE,
  context: { 'aws:SourceArn': RULE, 'aws:SecureTransport': 'true' },
};

const ALLOW: ResourceStatement = {
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
  Resource: QUEUE,
  Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
};
const DENY_PLAIN_HTTP: ResourceStatement = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sqs:*',
  Resource: QUEUE,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

const evaluate = (...Statement: ResourceStatement[]) =>
  evaluateForService({ Statement }, 'events.amazonaws.com', REQUEST);

describe('the policy of a resource', () => {
  it('lets a service call that it names, under its conditions', () => {
    expect(evaluate(ALLOW)).toBe('Allowed');
    expect(evaluate({ ...ALLOW, Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] } })).toBe(
      'Allowed',
    );
    expect(evaluate({ ...ALLOW, Principal: '*' })).toBe('Allowed');
    for (const change of [
      { Principal: { Service: 'sns.amazonaws.com' } },
      { Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
      { Action: 'sqs:ReceiveMessage' },
      { Resource: `${QUEUE}-other` },
      { Condition: { ArnEquals: { 'aws:SourceArn': `${RULE}-other` } } },
    ]) {
      expect(evaluate({ ...ALLOW, ...change })).toBe('ImplicitlyDenied');
    }
  });

  it('denies a service what it denies to everybody, under its conditions', () => {
    expect(evaluate(ALLOW, DENY_PLAIN_HTTP)).toBe('Allowed');
    const { Condition, ...denyAlways } = DENY_PLAIN_HTTP;
    expect(evaluate(ALLOW, denyAlways)).toBe('ExplicitlyDenied');
    expect(evaluate(ALLOW, { ...denyAlways, Principal: { Service: 'sns.amazonaws.com' } })).toBe('Allowed');
  });

  it('is an error where it is not understood', () => {
    const { Principal, ...statement } = ALLOW;
    const others = { ...statement, NotPrincipal: { AWS: '*' } };
    expect(() => evaluate(others)).toThrow('IAM policy element NotPrincipal is not emulated');
    expect(() => evaluate(ALLOW, { ...DENY_PLAIN_HTTP, Condition: { IpAddress: { 'aws:SourceIp': '::1' } } })).toThrow(
      'IAM condition operator IpAddress is not emulated',
    );
  });
});
