import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { routes } from '../../lambdas/routes.ts';
import { synthesize } from '../support/synthesized.ts';

const { template, findings } = synthesize();

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, unknown>>;
}
const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What each function's role allows, by the function's name in the stack. */
const grants = new Map<string, readonly Statement[]>();
for (const [id, { Properties }] of Object.entries(template.findResources('AWS::IAM::Policy'))) {
  grants.set(id.replace(/(Schedule)?Role.*$/, '$1'), Properties.PolicyDocument.Statement as Statement[]);
}

/** `{"Fn::GetAtt":["TablesProfiles742D2D94","Arn"]}` → `Profiles` */
function nameOf(resource: unknown): string {
  const text = JSON.stringify(resource);
  const [ivsResource] = /(stage|public-key|ingest-configuration)\/\*/.exec(text) ?? [];
  if (ivsResource) return ivsResource;
  if (resource === '*') return resource;
  const [, id = text] = /"(?:Fn::GetAtt":\[|Ref":)"(?:Tables)?(\w+?)[0-9A-F]{8}"/.exec(text) ?? [];
  const [, index = ''] = /(\/index\/\w+)/.exec(text) ?? [];
  return id + index;
}

const grantsOf = (name: string): readonly string[] =>
  (grants.get(name) ?? [])
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${nameOf(resource)}`)),
    )
    .filter((grant) => !grant.startsWith('logs:'))
    .sort();

/** What IVS allows on all resources or not at all, each with the reason. */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'ivs:ListPublicKeys': 'IVS knows no resource for it; rotation and clean-up find by it what broken rotations left',
  'ivs:ListIngestConfigurations':
    'IVS knows no resource for it; me and clean-up find by it the ingests that no slot names',
};

describe('permissions', () => {
  const provisioner = [
    'dynamodb:DeleteItem StageOwners',
    'dynamodb:GetItem Profiles',
    'dynamodb:PutItem StageOwners',
    'dynamodb:UpdateItem Profiles',
    'ivs:CreateStage stage/*',
    'ivs:DeleteStage stage/*',
    'ivs:GetStage stage/*',
    'ivs:TagResource stage/*',
    'ivs:UpdateStage stage/*',
    'sqs:GetQueueAttributes ProvisioningQueue',
    'sqs:SendMessage RoomQueue',
  ];
  const forgetter = [
    'dynamodb:BatchWriteItem StageMembers',
    'dynamodb:DeleteItem Profiles',
    'dynamodb:Query StageMembers',
  ];
  const ingestRemover = [
    'ivs:DeleteIngestConfiguration ingest-configuration/*',
    'ivs:ListIngestConfigurations *',
    'ivs:ListTagsForResource ingest-configuration/*',
  ];
  const enforcer = [
    'dynamodb:UpdateItem StageMembers',
    'ivs:DisconnectParticipant stage/*',
    'ivs:GetParticipant stage/*',
    'ivs:GetStage stage/*',
    'ivs:ListParticipants stage/*',
  ];
  const reader = ['dynamodb:BatchGetItem Profiles', 'dynamodb:BatchGetItem StageMembers'];

  it.each([
    ['SignIn', [...provisioner, 'sqs:SendMessage ProvisioningQueue']],
    [
      'Me',
      [
        ...provisioner,
        ...forgetter,
        ...ingestRemover,
        'dynamodb:DeleteItem StageMembers',
        'dynamodb:GetItem StageMembers',
        'dynamodb:UpdateItem StageMembers',
        'ivs:CreateIngestConfiguration ingest-configuration/*',
        'ivs:TagResource ingest-configuration/*',
        'sqs:SendMessage ProvisioningQueue',
        'sqs:SendMessage RightsChecksQueue',
      ],
    ],
    [
      'Provision',
      [
        ...provisioner,
        'sqs:ChangeMessageVisibility ProvisioningQueue',
        'sqs:DeleteMessage ProvisioningQueue',
        'sqs:ReceiveMessage ProvisioningQueue',
      ],
    ],
    [
      'Tokens',
      [
        ...reader,
        'ivs:CreateParticipantToken stage/*',
        'ivs:GetStage stage/*',
        'secretsmanager:GetSecretValue SigningKeySecret',
      ],
    ],
    [
      'Rotation',
      [
        'ivs:DeletePublicKey public-key/*',
        'ivs:GetPublicKey public-key/*',
        'ivs:ImportPublicKey public-key/*',
        'ivs:ListPublicKeys *',
        'ivs:TagResource public-key/*',
        'secretsmanager:DescribeSecret SigningKeySecret',
        'secretsmanager:GetSecretValue SigningKeySecret',
        'secretsmanager:PutSecretValue SigningKeySecret',
        'secretsmanager:UpdateSecretVersionStage SigningKeySecret',
      ],
    ],
    ['Read', [...reader, 'dynamodb:Query Profiles/index/live']],
    [
      'Moderation',
      [
        ...reader,
        ...enforcer,
        'dynamodb:DeleteItem StageMembers',
        'dynamodb:GetItem Profiles',
        'dynamodb:GetItem StageMembers',
        'dynamodb:PutItem StageMembers',
        'dynamodb:Query StageMembers',
        'dynamodb:UpdateItem Profiles',
        'sqs:SendMessage RightsChecksQueue',
      ],
    ],
    [
      'Status',
      [
        ...reader,
        ...enforcer,
        'sqs:DeleteMessage RightsChecksQueue',
        'sqs:GetQueueAttributes RightsChecksQueue',
        'sqs:ReceiveMessage RightsChecksQueue',
        'sqs:SendMessage RightsChecksQueue',
        'dynamodb:GetItem Profiles',
        'dynamodb:GetItem StageOwners',
        'dynamodb:UpdateItem Profiles',
        'sqs:DeleteMessage StageUpdatesQueue',
        'sqs:GetQueueAttributes StageUpdatesQueue',
        'sqs:ReceiveMessage StageUpdatesQueue',
      ],
    ],
    [
      'Reconcile',
      [
        ...reader,
        ...enforcer,
        'dynamodb:DeleteItem StageMembers',
        'dynamodb:GetItem Profiles',
        'dynamodb:Query Profiles/index/watch',
        'dynamodb:Query StageMembers',
        'dynamodb:UpdateItem Profiles',
        'ivs:ListParticipantEvents stage/*',
        'ivs:ListStages stage/*',
      ],
    ],
    [
      'CleanUp',
      [
        ...forgetter,
        ...ingestRemover,
        'cognito-idp:ListUsers Users',
        'dynamodb:DeleteItem StageMembers',
        'dynamodb:DeleteItem StageOwners',
        'dynamodb:GetItem Profiles',
        'dynamodb:GetItem StageMembers',
        'dynamodb:PutItem StageOwners',
        'dynamodb:Query Profiles/index/idle',
        'dynamodb:UpdateItem Profiles',
        'dynamodb:UpdateItem StageMembers',
        'ivs:DeletePublicKey public-key/*',
        'ivs:DeleteStage stage/*',
        'ivs:GetStage stage/*',
        'ivs:ListPublicKeys *',
        'ivs:ListStages stage/*',
        'secretsmanager:DescribeSecret SigningKeySecret',
        'sqs:DeleteMessage RoomQueue',
        'sqs:GetQueueAttributes RoomQueue',
        'sqs:ReceiveMessage RoomQueue',
      ],
    ],
    ['CleanUpSchedule', ['lambda:InvokeFunction CleanUpFunction', 'sqs:SendMessage CleanUpScheduleDeadLetters']],
    ['ReconcileSchedule', ['lambda:InvokeFunction ReconcileFunction', 'sqs:SendMessage ReconcileScheduleDeadLetters']],
  ])('%s may do this and nothing else', (name, expected) => {
    expect(grantsOf(name)).toEqual([...expected].sort());
  });

  it('names actions without wildcards, and resources without "*"', () => {
    for (const [name, statements] of grants) {
      for (const { Action, Resource } of statements) {
        expect({ name, actions: list(Action).filter((action) => action.includes('*')) }).toEqual({ name, actions: [] });
        const everywhere = list(Resource).includes('*') ? list(Action) : [];
        expect({ name, everywhere: everywhere.filter((action) => !(action in WITHOUT_RESOURCE)) }).toEqual({
          name,
          everywhere: [],
        });
      }
    }
    expect(JSON.stringify(template.toJSON())).not.toMatch(/"(Action)":"[^"]*\*/);
  });

  it('gives roles no managed policies', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('limits every IVS action but the list to stages of this deployment', () => {
    for (const statements of grants.values()) {
      for (const { Action, Condition } of statements) {
        const [action = ''] = list(Action);
        if (action.startsWith('ivs:') && action !== 'ivs:ListStages' && !(action in WITHOUT_RESOURCE)) {
          expect(JSON.stringify(Condition)).toMatch(/aws:(Request|Resource)Tag\/stagedoor:deployment":"Stagedoor"/);
        }
      }
    }
  });

  it('lets GetStage find that a stage is gone: a stage without tags passes', () => {
    const [getStage] = (grants.get('Tokens') ?? []).filter(({ Action }) => Action === 'ivs:GetStage');
    expect(getStage?.Condition).toEqual({
      StringEqualsIfExists: { 'aws:ResourceTag/stagedoor:deployment': 'Stagedoor' },
    });
  });

  it('gives every function a role of its own', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(functions.length);
  });
});

describe('functions', () => {
  it('run on Node 24 and arm64, with a log group that forgets', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: Match.objectLike({ LogGroup: Match.anyValue() }),
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('open stages at sign-in and at the confirmation of federated users', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: { PostAuthentication: Match.anyValue(), PostConfirmation: Match.anyValue() },
    });
  });
});

describe('the API', () => {
  it('has the routes of the table, each behind the JWT authorizer', () => {
    const deployed = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );
    expect(deployed.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    for (const route of deployed) expect(route).toMatchObject({ AuthorizationType: 'JWT' });
  });

  it('is throttled, and logs neither headers nor bodies', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      AccessLogSettings: { Format: Match.not(Match.stringLikeRegexp('[hH]eader|[bB]ody|email')) },
    });
  });
});

describe('the API, for pages of other origins,', () => {
  it('answers those that the operator named, to requests with a token of their own, never with cookies', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['http://localhost:4000'],
        AllowHeaders: ['authorization', 'content-type'],
        AllowCredentials: Match.absent(),
      },
    });
  });
});

describe('the user pool', () => {
  it('tells nobody who has an account, and can revoke what it issued', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      AccessTokenValidity: 60,
    });
  });
});

describe('the provisioning queue', () => {
  it('is FIFO with a dead-letter queue after fifty receives, delivered in batches that report failures', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      VisibilityTimeout: 360,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 50 }),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('data', () => {
  it('is backed up and protected, unless the operator says otherwise', () => {
    const protectionOf = (stack: typeof template) =>
      Object.values(stack.findResources('AWS::DynamoDB::GlobalTable')).map(({ DeletionPolicy, Properties }) => ({
        DeletionPolicy,
        protected: Properties.Replicas[0].DeletionProtectionEnabled,
        backedUp: Properties.Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
      }));
    expect(protectionOf(template)).toEqual(
      Array.from({ length: 3 }, () => ({ DeletionPolicy: 'Retain', protected: true, backedUp: true })),
    );
    expect(protectionOf(synthesize({ protectData: false }).template)[0]).toMatchObject({
      DeletionPolicy: 'Delete',
      protected: false,
    });
  });
});

it('lets the token function of the mode ivs-api count callers instead of reading the key', () => {
  const policies = synthesize({ tokenIssuer: 'ivs-api' }).template.findResources('AWS::IAM::Policy');
  const [tokens] = Object.entries(policies).filter(([id]) => id.startsWith('TokensRole'));
  const actions = ((tokens?.[1].Properties.PolicyDocument.Statement ?? []) as Statement[]).flatMap(({ Action }) =>
    list(Action),
  );
  expect(actions).toContain('dynamodb:UpdateItem');
  expect(actions).not.toContain('secretsmanager:GetSecretValue');
});

it('makes a first signing key when it is deployed, and a new one as often as the operator says', () => {
  synthesize({ keyRotationDays: 7 }).template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
    RotateImmediatelyOnUpdate: true,
    RotationRules: { AutomaticallyAfterDays: 7 },
  });
});

it('closes sign-up when the operator says so', () => {
  synthesize({ selfSignUp: false }).template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  });
});

it('leaves cdk-nag without findings that are not explained', () => {
  expect(findings()).toEqual([]);
});
