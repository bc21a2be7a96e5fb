import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, type PolicyDocument, type Statement } from '../../../../local/cloud/iam/evaluate.ts';

const STAGE = 'arn:aws:ivs:eu-west-1:111122223333:stage/abc';

const VARIABLE = `\${aws:username}`;

const actions = fc.constantFrom('ivs:GetStage', 'ivs:DeleteStage', 'dynamodb:GetItem');
const actionPatterns = fc.constantFrom('ivs:GetStage', 'ivs:*', 'ivs:Delete????e', '*', 'dynamodb:Get*');
const resources = fc.constantFrom(STAGE, 'arn:aws:dynamodb:eu-west-1:111122223333:table/Profiles', '*');
const resourcePatterns = fc.constantFrom('*', STAGE, 'arn:aws:ivs:*:*:stage/*', 'arn:aws:dynamodb:*:*:table/Profiles');
const tags = fc.constantFrom('stagedoor', 'other');
const operators = fc.constantFrom('StringEquals', 'StringEqualsIfExists', 'StringNotEquals', 'ForAnyValue:StringLike');
const conditions = fc.record({ operator: operators, tag: tags });

const statements: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.array(actionPatterns, { minLength: 1, maxLength: 2 }),
    Resource: resourcePatterns,
    condition: fc.option(conditions, { nil: undefined }),
  })
  .map(({ condition, ...statement }) =>
    condition === undefined
      ? statement
      : { ...statement, Condition: { [condition.operator]: { 'aws:ResourceTag/app': condition.tag } } },
  );
const policies: fc.Arbitrary<PolicyDocument[]> = fc.array(
  fc.array(statements, { maxLength: 4 }).map((Statement) => ({ Version: '2012-10-17', Statement })),
  { maxLength: 3 },
);
const requests = fc.record({
  action: actions,
  resource: resources,
  context: fc.option(
    tags.map((tag) => ({ 'aws:ResourceTag/app': tag })),
    { nil: {} },
  ),
});

const one = (statement: Partial<Statement>): PolicyDocument[] => [
  { Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...statement } },
];

describe('the laws of IAM', () => {
  it('an explicit deny wins over anything', () => {
    fc.assert(
      fc.property(policies, requests, (given, request) => {
        expect(evaluate([...given, ...one({ Effect: 'Deny' })], request)).toBe('ExplicitlyDenied');
      }),
    );
  });

  it('nothing is allowed unless a statement says so', () => {
    fc.assert(
      fc.property(policies, requests, (given, request) => {
        const denials = given.map(({ Statement }) => ({
          Statement: [Statement].flat().filter(({ Effect }) => Effect === 'Deny'),
        }));
        expect(evaluate(denials, request)).not.toBe('Allowed');
      }),
    );
  });

  it('one more Allow never takes access away, one more Deny never gives it', () => {
    fc.assert(
      fc.property(policies, statements, requests, (given, statement, request) => {
        const allowedBefore = evaluate(given, request) === 'Allowed';
        const allowedAfter = evaluate([...given, { Statement: statement }], request) === 'Allowed';
        if (statement.Effect === 'Allow') expect(allowedAfter || !allowedBefore).toBe(true);
        else expect(allowedBefore || !allowedAfter).toBe(true);
      }),
    );
  });

  it('the order of policies and the case of an action make no difference', () => {
    fc.assert(
      fc.property(policies, requests, (given, request) => {
        const expected = evaluate(given, request);
        expect(evaluate(given.toReversed(), request)).toBe(expected);
        expect(evaluate(given, { ...request, action: request.action.toUpperCase() })).toBe(expected);
      }),
    );
  });
});

describe('a condition', () => {
  const ask = (Condition: Statement['Condition'], context: Record<string, string | string[]> = {}) =>
    evaluate(one({ ...(Condition && { Condition }) }), { action: 'ivs:GetStage', resource: STAGE, context }) ===
    'Allowed';

  it.each([
    ['StringEquals', { tag: 'a' }, true],
    ['StringEquals', { TAG: 'a' }, true],
    ['StringEquals', { tag: 'b' }, false],
    ['StringEquals', {}, false],
    ['StringEqualsIfExists', {}, true],
    ['StringEqualsIfExists', { tag: 'b' }, false],
    ['StringNotEquals', {}, true],
    ['StringNotEquals', { tag: 'a' }, false],
    ['StringEqualsIgnoreCase', { tag: 'A' }, true],
    ['StringEquals', { tag: ['a', 'a'] }, false],
    ['ForAllValues:StringEquals', {}, true],
    ['ForAllValues:StringEquals', { tag: ['a', 'b'] }, false],
    ['ForAnyValue:StringEquals', {}, false],
    ['ForAnyValue:StringEquals', { tag: ['b', 'a'] }, true],
  ])('%s of "a" with the context %j is %j', (operator, context: Record<string, string | string[]>, holds) => {
    expect(ask({ [operator]: { tag: 'a' } }, context)).toBe(holds);
  });

  it('compares numbers, booleans, patterns and ARNs each in their way', () => {
    expect(ask({ NumericLessThan: { n: 10 } }, { n: '9' })).toBe(true);
    expect(ask({ Bool: { secure: true } }, { secure: 'True' })).toBe(true);
    expect(ask({ StringLike: { name: 'user-?-*' } }, { name: 'user-1-stage' })).toBe(true);
    expect(ask({ StringLike: { name: 'a.c' } }, { name: 'abc' })).toBe(false);
    expect(ask({ ArnLike: { source: 'arn:aws:ivs:*:*:stage/*' } }, { source: STAGE })).toBe(true);
    expect(ask({ Null: { tag: 'true' } })).toBe(true);
    expect(ask({ Null: { tag: 'true' } }, { tag: 'a' })).toBe(false);
  });

  it('must hold in every operator and key, by any of the values of each', () => {
    const both = { StringEquals: { a: ['1', '2'], b: '1' }, StringLike: { c: '*' } };
    expect(ask(both, { a: '2', b: '1', c: '' })).toBe(true);
    expect(ask(both, { a: '2', b: '1' })).toBe(false);
  });
});

describe('a resource', () => {
  const ask = (statement: Partial<Statement>, resource = STAGE) =>
    evaluate(one(statement), { action: 'ivs:GetStage', resource }) === 'Allowed';

  it('matches by wildcards that never cross the first five colons', () => {
    expect(ask({ Resource: 'arn:aws:ivs:*:111122223333:stage/*' })).toBe(true);
    expect(ask({ Resource: 'arn:aws:*:stage/abc:x:y' })).toBe(false);
    expect(ask({ Resource: 'arn:aws:sqs:*:*:*' })).toBe(false);
  });

  it('of an action that knows none is only matched by *', () => {
    expect(ask({ Resource: 'arn:aws:ivs:*:*:*' }, '*')).toBe(false);
    expect(ask({ Resource: '*' }, '*')).toBe(true);
  });
});

describe('what is not known', () => {
  it.each([
    ['an operator', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, 'IpAddress'],
    ['a policy variable in a resource', { Resource: `arn:aws:s3:::bucket/${VARIABLE}` }, VARIABLE],
    ['a policy variable in a condition', { Condition: { StringEquals: { a: VARIABLE } } }, VARIABLE],
    ['an element', { Principal: '*' }, 'Principal'],
    ['a negated element', { NotAction: 'ivs:*' }, 'NotAction'],
    ['an effect', { Effect: 'Maybe' }, 'Maybe'],
    ['a resource that is no ARN', { Resource: 'stage/abc' }, 'stage/abc'],
  ])('throws rather than deciding: %s', (_kind, statement, named) => {
    const neverAsked = { action: 's3:GetObject', resource: 'arn:aws:s3:::other' };
    expect(() => evaluate(one({ Action: 'ivs:*', ...statement }), neverAsked)).toThrow(named);
  });
});
