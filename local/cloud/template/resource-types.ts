import { z } from 'zod';
import type { PolicyDocument } from '../iam/authorize.ts';
import type { ResourcePolicyDocument } from '../iam/evaluate-resource-policy.ts';

const strings = z.array(z.string());
const policyDocument = z.custom<PolicyDocument>((value) => typeof value === 'object' && value !== null);
const resourcePolicyDocument = z.custom<ResourcePolicyDocument>((value) => typeof value === 'object' && value !== null);
/** Nobody who is to be kept out calls here, so a policy without an Allow changes nothing. */
const refusals = resourcePolicyDocument.refine(
  ({ Statement }) => [Statement].flat().every((statement) => 'Effect' in statement && statement.Effect === 'Deny'),
  'only a policy that denies can be left aside',
);
const unit = z.enum(['seconds', 'minutes', 'hours', 'days']).optional();

const table = {
  actsOn: z.strictObject({
    AttributeDefinitions: z.array(z.unknown()),
    KeySchema: z.array(z.unknown()),
    GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
    BillingMode: z.literal('PAY_PER_REQUEST'),
    TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
    Replicas: z.array(z.unknown()).max(1, 'replicas in other regions are not emulated').optional(),
  }),
  leavesAside: [
    'TableName',
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'Tags',
  ],
};

/**
 * The resource types that the local run emulates. Of each, the properties that it acts on, and those it may leave aside
 * because they have no effect on one machine (names, which are resolved apart; monitoring, back-ups, encryption,
 * texts). A property in neither list could change how the system behaves, so it is refused by name.
 */
export const resourceTypes = {
  'AWS::ApiGatewayV2::Api': {
    actsOn: z.strictObject({
      ProtocolType: z.literal('HTTP'),
      CorsConfiguration: z
        .strictObject({
          AllowCredentials: z.boolean().default(false),
          AllowHeaders: strings.default([]),
          AllowMethods: strings.default([]),
          AllowOrigins: strings.default([]),
          ExposeHeaders: strings.default([]),
          MaxAge: z.number().optional(),
        })
        .optional(),
    }),
    leavesAside: ['Description', 'Name', 'Tags'],
  },
  'AWS::ApiGatewayV2::Authorizer': {
    actsOn: z.strictObject({
      AuthorizerType: z.literal('JWT'),
      IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
      JwtConfiguration: z.strictObject({ Audience: strings, Issuer: z.string() }),
    }),
    leavesAside: ['ApiId', 'Name'],
  },
  'AWS::ApiGatewayV2::Integration': {
    actsOn: z.strictObject({
      IntegrationType: z.literal('AWS_PROXY'),
      IntegrationUri: z.string(),
      PayloadFormatVersion: z.literal('2.0'),
    }),
    leavesAside: ['ApiId', 'Description'],
  },
  'AWS::ApiGatewayV2::Route': {
    actsOn: z.strictObject({
      RouteKey: z.string(),
      Target: z.string(),
      AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
      AuthorizationScopes: strings.default([]),
      AuthorizerId: z.string().optional(),
    }),
    leavesAside: ['ApiId', 'OperationName'],
  },
  'AWS::ApiGatewayV2::Stage': {
    actsOn: z.strictObject({
      StageName: z.literal('$default'),
      AutoDeploy: z.literal(true),
      DefaultRouteSettings: z
        .strictObject({
          ThrottlingBurstLimit: z.number().optional(),
          ThrottlingRateLimit: z.number().optional(),
          DetailedMetricsEnabled: z.unknown().optional(),
        })
        .optional(),
    }),
    leavesAside: ['AccessLogSettings', 'ApiId', 'Description', 'Tags'],
  },
  'AWS::Cognito::UserPool': {
    actsOn: z.strictObject({
      AdminCreateUserConfig: z.strictObject({ AllowAdminCreateUserOnly: z.boolean().default(false) }).optional(),
      AutoVerifiedAttributes: z.array(z.literal('email')).default([]),
      LambdaConfig: z
        .strictObject({ PostAuthentication: z.string().optional(), PostConfirmation: z.string().optional() })
        .default({}),
      // With OPTIONAL, whoever has set up no second factor signs in without one, and here nobody can.
      MfaConfiguration: z.enum(['OFF', 'OPTIONAL']).optional(),
      Policies: z
        .strictObject({
          PasswordPolicy: z.strictObject({
            MinimumLength: z.number().default(8),
            RequireLowercase: z.boolean().default(false),
            RequireNumbers: z.boolean().default(false),
            RequireSymbols: z.boolean().default(false),
            RequireUppercase: z.boolean().default(false),
            TemporaryPasswordValidityDays: z.unknown().optional(),
          }),
        })
        .optional(),
      Schema: z.array(z.looseObject({ Name: z.string(), Required: z.boolean().default(false) })).default([]),
      UsernameConfiguration: z.strictObject({ CaseSensitive: z.boolean() }).default({ CaseSensitive: true }),
    }),
    leavesAside: [
      ...[
        'AccountRecoverySetting',
        'DeletionProtection',
        'EmailConfiguration',
        'EnabledMfas',
        'EmailVerificationMessage',
      ],
      ...['EmailVerificationSubject', 'SmsVerificationMessage', 'UserPoolAddOns', 'UserPoolName', 'UserPoolTags'],
      ...['UserPoolTier', 'VerificationMessageTemplate'],
    ],
  },
  'AWS::Cognito::UserPoolClient': {
    actsOn: z.strictObject({
      ExplicitAuthFlows: strings.default(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']),
      GenerateSecret: z.literal(false).optional(),
      AccessTokenValidity: z.number().default(1),
      IdTokenValidity: z.number().default(1),
      RefreshTokenValidity: z.number().default(30),
      TokenValidityUnits: z.strictObject({ AccessToken: unit, IdToken: unit, RefreshToken: unit }).default({}),
      PreventUserExistenceErrors: z.literal('ENABLED').optional(),
    }),
    leavesAside: [
      ...['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient', 'AllowedOAuthScopes', 'AuthSessionValidity'],
      ...['CallbackURLs', 'ClientName', 'EnableTokenRevocation', 'LogoutURLs', 'ReadAttributes'],
      ...['SupportedIdentityProviders', 'UserPoolId', 'WriteAttributes'],
    ],
  },
  'AWS::Cognito::UserPoolGroup': {
    actsOn: z.strictObject({ GroupName: z.string() }),
    leavesAside: ['Description', 'Precedence', 'UserPoolId'],
  },
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': {
    actsOn: z.strictObject({
      EventBusName: z.literal('default').optional(),
      EventPattern: z.record(z.string(), z.unknown()),
      State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
      Targets: z
        .array(
          z.strictObject({
            Arn: z.string(),
            Id: z.string(),
            DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
            RetryPolicy: z.unknown().optional(),
          }),
        )
        .default([]),
    }),
    leavesAside: ['Description', 'Name', 'Tags'],
  },
  'AWS::IAM::Policy': {
    actsOn: z.strictObject({ PolicyDocument: policyDocument, Roles: strings }),
    leavesAside: ['PolicyName'],
  },
  'AWS::IAM::Role': {
    actsOn: z.strictObject({
      ManagedPolicyArns: strings.default([]),
      Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
    }),
    leavesAside: ['AssumeRolePolicyDocument', 'Description', 'RoleName', 'Tags'],
  },
  'AWS::Lambda::EventSourceMapping': {
    actsOn: z.strictObject({
      BatchSize: z.number().default(10),
      Enabled: z.literal(true).optional(),
      EventSourceArn: z.string(),
      FunctionName: z.string(),
      FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
      ScalingConfig: z.strictObject({ MaximumConcurrency: z.number() }).optional(),
    }),
    leavesAside: ['Tags'],
  },
  'AWS::Lambda::Function': {
    actsOn: z.strictObject({
      Code: z.strictObject({ S3Bucket: z.unknown(), S3Key: z.string() }),
      Handler: z.string(),
      Runtime: z.string().startsWith('nodejs'),
      Role: z.string(),
      Timeout: z.number().default(3),
      MemorySize: z.number().default(128),
      Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
    }),
    leavesAside: ['Architectures', 'Description', 'FunctionName', 'LoggingConfig', 'Tags', 'TracingConfig'],
  },
  'AWS::Lambda::Permission': {
    actsOn: z.strictObject({
      Action: z.literal('lambda:InvokeFunction'),
      FunctionName: z.string(),
      Principal: z.string(),
      SourceArn: z.string().optional(),
    }),
    leavesAside: ['SourceAccount'],
  },
  'AWS::SecretsManager::ResourcePolicy': {
    actsOn: z.strictObject({ ResourcePolicy: refusals }),
    leavesAside: ['BlockPublicPolicy', 'SecretId'],
  },
  'AWS::SecretsManager::RotationSchedule': {
    actsOn: z.strictObject({
      RotateImmediatelyOnUpdate: z.boolean().default(true),
      RotationLambdaARN: z.string(),
      RotationRules: z.strictObject({
        AutomaticallyAfterDays: z.number().int().min(1).max(1_000).optional(),
        Duration: z.unknown().optional(),
        ScheduleExpression: z.string().optional(),
      }),
      SecretId: z.string(),
    }),
    leavesAside: [] as readonly string[],
  },
  'AWS::SecretsManager::Secret': {
    actsOn: z.strictObject({
      GenerateSecretString: z
        .strictObject({
          ExcludeCharacters: z.string().default(''),
          ExcludePunctuation: z.boolean().default(false),
          GenerateStringKey: z.string().optional(),
          PasswordLength: z.number().int().min(1).max(4_096).default(32),
          RequireEachIncludedType: z.literal(true).optional(),
          SecretStringTemplate: z.string().optional(),
        })
        .optional(),
      SecretString: z.string().optional(),
    }),
    leavesAside: ['Description', 'KmsKeyId', 'Name', 'Tags'],
  },
  'AWS::SQS::Queue': {
    actsOn: z.strictObject({
      DelaySeconds: z.number().optional(),
      FifoQueue: z.boolean().optional(),
      ContentBasedDeduplication: z.boolean().optional(),
      MessageRetentionPeriod: z.number().optional(),
      ReceiveMessageWaitTimeSeconds: z.number().optional(),
      RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
      VisibilityTimeout: z.number().optional(),
    }),
    leavesAside: ['KmsMasterKeyId', 'QueueName', 'SqsManagedSseEnabled', 'Tags'],
  },
  'AWS::SQS::QueuePolicy': {
    actsOn: z.strictObject({ PolicyDocument: resourcePolicyDocument, Queues: strings }),
    leavesAside: [] as readonly string[],
  },
  'AWS::Scheduler::Schedule': {
    actsOn: z.strictObject({
      FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
      ScheduleExpression: z.string(),
      State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
      Target: z.strictObject({
        Arn: z.string(),
        RoleArn: z.string(),
        Input: z.string().default('{}'),
        RetryPolicy: z.unknown().optional(),
        DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
      }),
    }),
    leavesAside: ['Description', 'GroupName', 'Name', 'ScheduleExpressionTimezone'],
  },
};

export type ResourceType = keyof typeof resourceTypes;
export type Properties<Type extends ResourceType> = z.infer<(typeof resourceTypes)[Type]['actsOn']>;

/** Left out on purpose: they observe the system, or guard it against what cannot happen on one machine. */
export const ignoredTypes: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::Scheduler::ScheduleGroup',
]);
