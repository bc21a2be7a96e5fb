import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../support/synthesized.ts';

const existing = { userPoolId: 'eu-west-1_AbCdEf123', userPoolClientId: '1h57kf5cpq17m0eml12example' };

describe('with a user pool that is there already', () => {
  const { template, findings } = synthesize({ ...existing, region: 'eu-west-1' });
  const arnOfPool = {
    'Fn::Join': ['', ['arn:aws:cognito-idp:eu-west-1:', { Ref: 'AWS::AccountId' }, ':userpool/eu-west-1_AbCdEf123']],
  };

  it('neither makes nor changes anything of Cognito', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => type.startsWith('AWS::Cognito'))).toEqual([]);
  });

  it("trusts the pool's tokens for its client", () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      JwtConfiguration: {
        Audience: [existing.userPoolClientId],
        Issuer: {
          'Fn::Join': ['', ['https://cognito-idp.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/eu-west-1_AbCdEf123']],
        },
      },
    });
  });

  it('lets the pool call the sign-in function, and tells its ARN for the triggers', () => {
    const { Value } = template.findOutputs('SignInFunctionArn').SignInFunctionArn as { Value: unknown };
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'cognito-idp.amazonaws.com',
      FunctionName: Value,
      SourceArn: arnOfPool,
    });
  });

  it('opens stages for sign-ins to its client only', () => {
    const { Value } = template.findOutputs('SignInFunctionArn').SignInFunctionArn as {
      Value: { 'Fn::GetAtt': [string] };
    };
    const clientIds = Object.entries(template.findResources('AWS::Lambda::Function'))
      .map(([id, { Properties }]) => [id, Properties.Environment.Variables.USER_POOL_CLIENT_ID])
      .filter(([, clientId]) => clientId !== undefined);
    expect(clientIds).toEqual([[Value['Fn::GetAtt'][0], existing.userPoolClientId]]);
  });

  it('lets the clean-up ask whether its users still exist', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{ Action: 'cognito-idp:ListUsers', Effect: 'Allow', Resource: arnOfPool }]),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ USER_POOL_ID: existing.userPoolId }) },
    });
  });

  it('tells the pool and its client like any other', () => {
    expect(template.findOutputs('UserPoolId').UserPoolId).toMatchObject({ Value: existing.userPoolId });
    expect(template.findOutputs('UserPoolClientId').UserPoolClientId).toMatchObject({
      Value: existing.userPoolClientId,
    });
  });

  it('has no findings of cdk-nag', () => {
    expect(findings()).toEqual([]);
  });
});
