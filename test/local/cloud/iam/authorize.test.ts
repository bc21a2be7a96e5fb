import { describe, expect, it } from '@jest/globals';
import { type ApiCall, accessKeyIdOf, createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';

const ROLE = 'arn:aws:sts::111122223333:assumed-role/Role/function';
const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Profiles';
const policies = [
  {
    Statement: [
      { Effect: 'Allow', Action: 'dynamodb:*Item', Resource: TABLE },
      { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: '*' },
    ],
  },
];
const principals = new Map([['KEY', { arn: ROLE, policies }]]);
const call = (action: string, accessKeyId?: string): ApiCall => ({ accessKeyId, action, resource: TABLE });

describe('a decision', () => {
  it('is made by the policies of the key', () => {
    const authorize = createAuthorizer(principals);
    expect(authorize(call('dynamodb:GetItem', 'KEY'))).toEqual({ allowed: true, message: '' });
    expect(authorize(call('dynamodb:Query', 'KEY'))).toEqual({
      allowed: false,
      message: `User: ${ROLE} is not authorized to perform: dynamodb:Query on resource: ${TABLE} because no identity-based policy allows the dynamodb:Query action`,
    });
    expect(authorize(call('dynamodb:DeleteItem', 'KEY')).message).toContain('with an explicit deny');
  });

  it('is in favour of any other key, and of none', () => {
    const authorize = createAuthorizer(principals);
    expect(authorize(call('dynamodb:Query', 'operator')).allowed).toBe(true);
    expect(authorize(call('dynamodb:Query')).allowed).toBe(true);
  });

  it('is told to whoever listens', () => {
    const told: unknown[] = [];
    const authorize = createAuthorizer(principals, ({ action }, { allowed }) => told.push([action, allowed]));
    authorize(call('dynamodb:Query', 'KEY'));
    expect(told).toEqual([['dynamodb:Query', false]]);
  });
});

describe('the access key', () => {
  it('is read from a signed request, and absent from any other', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';
    expect(accessKeyIdOf({ authorization })).toBe('KEY');
    expect(accessKeyIdOf({ authorization: 'Bearer token' })).toBeUndefined();
    expect(accessKeyIdOf({})).toBeUndefined();
  });
});
