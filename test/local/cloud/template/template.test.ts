import { describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import type { RawResource } from '../../../../local/cloud/template/assembly.ts';
import { checkGrants } from '../../../../local/cloud/template/check-grants.ts';
import { openTemplate } from '../../../../local/cloud/template/open-template.ts';
import { readPrincipals } from '../../../../local/cloud/template/read-principals.ts';
import {
  readFunctions,
  readHttpApi,
  readMappings,
  readQueues,
  readTables,
  readUserPool,
} from '../../../../local/cloud/template/read-resources.ts';
import { readRules } from '../../../../local/cloud/template/read-rules.ts';
import { createResolver } from '../../../../local/cloud/template/resolve.ts';

const ENVIRONMENT = {
  stackName: 'Stagedoor',
  region: 'eu-west-1',
  accountId: '123456789012',
  addresses: { sqs: 'http://127.0.0.1:1', cognito: 'http://127.0.0.1:2', api: 'http://127.0.0.1:3' },
};

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
/** A placeholder of `Fn::Sub`. */
const hole = (name: string) => `$\{${name}}`;
const QUEUE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** A small stack with one of everything that the local run wires. */
const RESOURCES: Record<string, RawResource> = {
  Profiles: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'userId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [{ Region: 'eu-west-1' }],
    },
  },
  Work: {
    Type: 'AWS::SQS::Queue',
    Properties: { FifoQueue: true, RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 } },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead-letters' } },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      ManagedPolicyArns: [
        {
          'Fn::Join': [
            '',
            ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
          ],
        },
      ],
    },
  },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'p',
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: arnOf('Profiles') },
          { Effect: 'Allow', Action: QUEUE_ACTIONS, Resource: arnOf('Work') },
        ],
      },
      Roles: [{ Ref: 'Role' }],
    },
  },
  SignIn: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: arnOf('Role'),
      Timeout: 30,
      Environment: { Variables: { TABLE: { Ref: 'Profiles' }, QUEUE: { Ref: 'Work' }, NONE: { Ref: 'AWS::NoValue' } } },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: arnOf('Work'), FunctionName: { Ref: 'SignIn' }, BatchSize: 1 },
  },
  Pool: {
    Type: 'AWS::Cognito::UserPool',
    Properties: { LambdaConfig: { PostAuthentication: arnOf('SignIn') }, Schema: [{ Name: 'email', Required: true }] },
  },
  Client: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {
      UserPoolId: { Ref: 'Pool' },
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: 'minutes' },
    },
  },
  PoolPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('SignIn'),
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: arnOf('Pool'),
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, AutoDeploy: true, StageName: '$default' },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Api' },
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: [{ Ref: 'Client' }],
        Issuer: { 'Fn::Join': ['', ['https://cognito-idp.eu-west-1.amazonaws.com/', { Ref: 'Pool' }]] },
      },
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arnOf('SignIn'),
      PayloadFormatVersion: '2.0',
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: 'Authorizer' },
      RouteKey: 'GET /stages/{ownerId}',
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    },
  },
  ApiPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('SignIn'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub': `arn:aws:execute-api:${hole('AWS::Region')}:${hole('AWS::AccountId')}:${hole('Api')}/*/*/stages/{ownerId}`,
      },
    },
  },
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      FlexibleTimeWindow: { Mode: 'OFF' },
      ScheduleExpression: 'rate(1 hour)',
      Target: { Arn: arnOf('SignIn'), RoleArn: arnOf('ScheduleRole') },
    },
  },
  ScheduleRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Policies: [
        {
          PolicyName: 'invoke',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('SignIn') }],
          },
        },
      ],
    },
  },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Anything: 1 } },
  AnyAlarm: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmRule: 'ALARM(Alarm)' } },
  Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{}' } },
  Topic: { Type: 'AWS::SNS::Topic' },
  TopicPolicy: { Type: 'AWS::SNS::TopicPolicy', Properties: { Topics: [{ Ref: 'Topic' }] } },
  Subscription: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' } } },
  Events: { Type: 'AWS::SQS::Queue' },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['aws.ivs'], detail: { event_name: ['Participant Published'] } },
      Targets: [
        {
          Arn: arnOf('Events'),
          Id: 'Target0',
          DeadLetterConfig: { Arn: arnOf('Dead') },
          RetryPolicy: { MaximumRetryAttempts: 9 },
        },
      ],
    },
  },
  EventsPolicy: sendingPolicy('Events'),
  DeadPolicy: sendingPolicy('Dead'),
};

/** As the CDK writes it for the target of a rule, beside the refusal of plain HTTP. */
function sendingPolicy(queueId: string, condition: object = { ArnEquals: { 'aws:SourceArn': arnOf('Rule') } }) {
  const aboutQueue = { Resource: arnOf(queueId) };
  const refusal = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sqs:SendMessage', ...aboutQueue };
  const allowance = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' };
  const Statement = [
    { ...refusal, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { ...allowance, ...aboutQueue, Condition: condition },
  ];
  return { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: queueId }], PolicyDocument: { Statement } } };
}

const open = (resources: Record<string, RawResource> = RESOURCES) =>
  openTemplate({ Resources: resources }, ENVIRONMENT);

function without(...logicalIds: string[]): Record<string, RawResource> {
  return Object.fromEntries(Object.entries(RESOURCES).filter(([logicalId]) => !logicalIds.includes(logicalId)));
}

function changed(logicalId: string, properties: object): Record<string, RawResource> {
  const resource = RESOURCES[logicalId];
  if (resource === undefined) throw new Error(logicalId);
  return { ...RESOURCES, [logicalId]: { ...resource, Properties: { ...resource.Properties, ...properties } } };
}

describe('resolving', () => {
  const template = { Resources: RESOURCES, Parameters: { BootstrapVersion: { Default: '/version' } } };
  const resolve = createResolver(template, ENVIRONMENT);

  it.each([
    [{ Ref: 'AWS::AccountId' }, '123456789012'],
    [{ Ref: 'BootstrapVersion' }, '/version'],
    [{ Ref: 'Profiles' }, 'Profiles'],
    [arnOf('Profiles'), 'arn:aws:dynamodb:eu-west-1:123456789012:table/Profiles'],
    [{ 'Fn::GetAtt': 'SignIn.Arn' }, 'arn:aws:lambda:eu-west-1:123456789012:function:SignIn'],
    [{ Ref: 'Work' }, 'http://127.0.0.1:1/123456789012/Work.fifo'],
    [arnOf('Dead'), 'arn:aws:sqs:eu-west-1:123456789012:dead-letters'],
    [
      { 'Fn::Sub': `${hole('AWS::Region')}/${hole('Dead.QueueName')}/${hole('!Literal')}` },
      `eu-west-1/dead-letters/${hole('Literal')}`,
    ],
    [{ 'Fn::Sub': [`${hole('a')}-${hole('Role')}`, { a: { Ref: 'AWS::Region' } }] }, 'eu-west-1-Role'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, 'http://127.0.0.1:3'],
    [
      [1, { Ref: 'AWS::NoValue' }, { a: { Ref: 'AWS::NoValue' }, b: true }],
      [1, { b: true }],
    ],
    // A policy's Condition is no intrinsic function.
    [{ Condition: { Bool: { a: 'true' } } }, { Condition: { Bool: { a: 'true' } } }],
  ])('%j gives %j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('gives the local address of an API whose URL the template puts together', () => {
    const host = {
      'Fn::Join': ['', ['https://', { Ref: 'Api' }, '.execute-api.eu-west-1.', { Ref: 'AWS::URLSuffix' }]],
    };
    expect(resolve(host)).toBe('http://127.0.0.1:3');
  });

  it.each([
    [{ 'Fn::If': ['a', 1, 2] }, 'Fn::If'],
    [{ Ref: 'Nothing' }, 'Nothing'],
    [{ 'Fn::GetAtt': ['Profiles', 'StreamArn'] }, 'Profiles.StreamArn'],
  ])('refuses %j by name', (value, name) => {
    expect(() => resolve(value)).toThrow(name);
  });
});

describe('a template', () => {
  it('may hold only types and properties that are emulated or knowingly left aside', () => {
    const bucket = { ...RESOURCES, Files: { Type: 'AWS::S3::Bucket' } };
    expect(() => open(bucket)).toThrow('Files is a AWS::S3::Bucket, which the local run does not emulate');
    const filtered = open(changed('Mapping', { FilterCriteria: {} }));
    expect(() => readMappings(filtered)).toThrow(/Mapping \(AWS::Lambda::EventSourceMapping\).*FilterCriteria/);
    const flexible = open(changed('Pool', { LambdaConfig: { PreSignUp: 'x' } }));
    expect(() => readUserPool(flexible)).toThrow(/Pool \(AWS::Cognito::UserPool\).*LambdaConfig.*PreSignUp/);
    const conditional = { ...RESOURCES, Dead: { Type: 'AWS::SQS::Queue', Condition: 'IsProduction' } };
    expect(() => open(conditional)).toThrow('Dead (AWS::SQS::Queue) has a Condition');
  });

  it('gives tables, queues and event source mappings as the services take them', () => {
    expect(readTables(open())).toEqual([
      {
        create: {
          TableName: 'Profiles',
          AttributeDefinitions: [{ AttributeName: 'userId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
        timeToLiveAttribute: 'expiresAt',
      },
    ]);
    const deadLetterTargetArn = 'arn:aws:sqs:eu-west-1:123456789012:dead-letters';
    expect(readQueues(open())).toEqual([
      {
        name: 'Work.fifo',
        attributes: { FifoQueue: 'true', RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }) },
      },
      { name: 'dead-letters', attributes: {} },
      { name: 'Events', attributes: {} },
    ]);
    expect(readMappings(open())).toMatchObject([
      { functionName: 'SignIn', batchSize: 1, reportBatchItemFailures: false },
    ]);
  });

  it('gives a rule with its pattern and the queues that it sends to', () => {
    const [queueArn, deadLetterArn] = ['Events', 'dead-letters'].map(
      (name) => `arn:aws:sqs:eu-west-1:123456789012:${name}`,
    );
    const pattern = { source: ['aws.ivs'], detail: { event_name: ['Participant Published'] } };
    const arn = 'arn:aws:events:eu-west-1:123456789012:rule/Rule';
    const rule = { arn, pattern, enabled: true, targets: [{ queueArn, deadLetterArn }] };
    expect(readRules(open())).toEqual([rule]);
    expect(readRules(open(changed('Rule', { State: 'DISABLED', Targets: [] })))).toMatchObject([
      { enabled: false, targets: [] },
    ]);
  });

  it.each([
    ['an input of its own', { Targets: [{ Arn: arnOf('Events'), Id: 't', Input: '{}' }] }, 'Input'],
    [
      'a target that is no queue',
      { Targets: [{ Arn: arnOf('SignIn'), Id: 't' }] },
      'Rule sends events to arn:aws:lambda',
    ],
    ['a FIFO target', { Targets: [{ Arn: arnOf('Work'), Id: 't' }] }, 'SqsParameters'],
    ['a group for a FIFO target', { Targets: [{ Arn: arnOf('Work'), Id: 't', SqsParameters: {} }] }, 'SqsParameters'],
    [
      'FIFO dead letters',
      { Targets: [{ Arn: arnOf('Events'), Id: 't', DeadLetterConfig: { Arn: arnOf('Work') } }] },
      'FIFO',
    ],
    ['another bus', { EventBusName: 'own' }, 'EventBusName'],
    ['a schedule', { ScheduleExpression: 'rate(1 hour)' }, 'ScheduleExpression'],
  ])('may not have a rule with %s', (_kind, change, problem) => {
    expect(() => readRules(open(changed('Rule', change)))).toThrow(problem);
  });

  it('gives a function its bundle, its environment and a key of its own, and a trigger 5 s at most', () => {
    expect(readFunctions(open(), new Map([['abc.zip', '/assets/abc']]))).toEqual([
      {
        name: 'SignIn',
        arn: 'arn:aws:lambda:eu-west-1:123456789012:function:SignIn',
        directory: '/assets/abc',
        handler: 'index.handler',
        timeoutSeconds: 5,
        memoryMb: 128,
        environment: { TABLE: 'Profiles', QUEUE: 'http://127.0.0.1:1/123456789012/Work.fifo' },
        accessKeyId: 'LOCALSignIn',
      },
    ]);
    expect(() => readFunctions(open(), new Map())).toThrow('The code of SignIn is not among the assembly');
  });

  it('gives the user pool an id of AWS’s form, and the API the issuer with that id', () => {
    const pool = readUserPool(open());
    expect(pool.id).toMatch(/^eu-west-1_[0-9a-z]{9}$/);
    expect(pool.clients).toMatchObject([{ id: expect.stringMatching(/^[0-9a-z]{26}$/), accessTokenSeconds: 900 }]);
    const authorizer = { issuer: `http://127.0.0.1:2/${pool.id}`, audience: [pool.clients[0]?.id] };
    expect(readHttpApi(open()).routes).toMatchObject([{ routeKey: 'GET /stages/{ownerId}', authorizer }]);
  });

  it('takes from the template whether user names differ by case', () => {
    expect(readUserPool(open()).caseSensitive).toBe(true);
    const folding = changed('Pool', { UsernameConfiguration: { CaseSensitive: false } });
    expect(readUserPool(open(folding)).caseSensitive).toBe(false);
  });

  it('never leaves a route open whose authorizer is missing', () => {
    expect(() => readHttpApi(open(without('Authorizer')))).toThrow();
    expect(() => readHttpApi(open(changed('Route', { AuthorizerId: 'unknown' })))).toThrow('Route has no authorizer');
  });
});

describe('grants', () => {
  const check = (resources: Record<string, RawResource>) => {
    const template = open(resources);
    const authorize = createAuthorizer(readPrincipals(template, ENVIRONMENT.accountId));
    checkGrants({ template, authorize, ...ENVIRONMENT });
    return authorize;
  };

  it('are those of the function’s role', () => {
    const authorize = check(RESOURCES);
    const call = { accessKeyId: 'LOCALSignIn', resource: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Profiles' };
    expect(authorize({ ...call, action: 'dynamodb:GetItem' }).allowed).toBe(true);
    expect(authorize({ ...call, action: 'dynamodb:PutItem' }).message).toContain(
      'User: arn:aws:sts::123456789012:assumed-role/Role/SignIn is not authorized to perform: dynamodb:PutItem',
    );
  });

  it('must let Cognito and the API invoke their functions', () => {
    expect(() => check(without('PoolPermission'))).toThrow(/^cognito-idp.amazonaws.com may not invoke .*:SignIn/);
    expect(() => check(without('ApiPermission'))).toThrow(/^apigateway.amazonaws.com may not invoke .*:SignIn/);
    expect(() => check(changed('PoolPermission', { SourceArn: 'arn:aws:other' }))).toThrow('cognito-idp.amazonaws.com');
  });

  it('must let the schedule invoke and the event source mapping receive', () => {
    expect(() => check(changed('ScheduleRole', { Policies: [] }))).toThrow(
      /^Schedule could not .*lambda:InvokeFunction/,
    );
    expect(() => check(without('Policy'))).toThrow(/^SignIn could not work on AWS: .*sqs:ReceiveMessage/);
  });

  it('must let the rule send to its queue and to its dead letters', () => {
    const refusal = (queue: string) =>
      new RegExp(
        `^events.amazonaws.com may not send to arn:.*:${queue} for arn:.*:rule/Rule: no AWS::SQS::QueuePolicy`,
      );
    expect(() => check(without('EventsPolicy'))).toThrow(refusal('Events'));
    expect(() => check(without('DeadPolicy'))).toThrow(refusal('dead-letters'));
    const forAnother = sendingPolicy('Events', { ArnEquals: { 'aws:SourceArn': arnOf('SignIn') } });
    expect(() => check({ ...RESOURCES, EventsPolicy: forAnother })).toThrow(refusal('Events'));
    const forAccount = sendingPolicy('Events', { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
    expect(() => check({ ...RESOURCES, EventsPolicy: forAccount })).not.toThrow();
  });

  it('of a queue stand in one policy', () => {
    expect(() => check({ ...RESOURCES, Second: sendingPolicy('Events') })).toThrow(/:Events has several policies/);
  });

  it('through a managed policy that is not known are an error', () => {
    const resources = changed('Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
    expect(() => check(resources)).toThrow('AdministratorAccess');
  });
});
