import type { UserPoolDefinition } from '../cognito/user-pool-definition.ts';
import type { HttpApiDefinition, RouteDefinition } from '../http-api/index.ts';
import type { FunctionDefinition } from '../lambda/index.ts';
import type { ScheduleDefinition } from '../scheduler/index.ts';
import type { Resource, Template } from './open-template.ts';
import { accessKeyIdFor } from './read-principals.ts';
import type { ResourceType } from './resource-types.ts';

export interface TableDefinition {
  readonly create: Readonly<Record<string, unknown>> & { readonly TableName: string };
  readonly timeToLiveAttribute: string | undefined;
}

export function readTables(template: Template): TableDefinition[] {
  const tables = [...template.resources('AWS::DynamoDB::GlobalTable'), ...template.resources('AWS::DynamoDB::Table')];
  return tables.map(({ ref, properties }) => {
    const { TimeToLiveSpecification, Replicas, ...create } = properties;
    return { create: { ...create, TableName: ref }, timeToLiveAttribute: TimeToLiveSpecification?.AttributeName };
  });
}

export interface QueueDefinition {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function readQueues(template: Template): QueueDefinition[] {
  return template.resources('AWS::SQS::Queue').map(({ logicalId, properties }) => ({
    name: String(template.resolve({ 'Fn::GetAtt': [logicalId, 'QueueName'] })),
    attributes: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    ),
  }));
}

/** Cognito waits 5 seconds for a trigger, whatever the function's own timeout. */
const TRIGGER_TIMEOUT_SECONDS = 5;

export function readFunctions(template: Template, assetDirectories: ReadonlyMap<string, string>): FunctionDefinition[] {
  const triggers = Object.values(onlyResource(template, 'AWS::Cognito::UserPool').properties.LambdaConfig);
  return template.resources('AWS::Lambda::Function').map(({ logicalId, ref, properties }) => {
    const directory = assetDirectories.get(properties.Code.S3Key);
    if (directory === undefined) throw new Error(`The code of ${logicalId} is not among the assembly's assets`);
    const arn = template.arnOf(logicalId);
    const limitSeconds = triggers.includes(arn) ? TRIGGER_TIMEOUT_SECONDS : Number.POSITIVE_INFINITY;
    return {
      name: ref,
      arn,
      directory,
      handler: properties.Handler,
      timeoutSeconds: Math.min(properties.Timeout, limitSeconds),
      memoryMb: properties.MemorySize,
      environment: properties.Environment?.Variables ?? {},
      accessKeyId: accessKeyIdFor(logicalId),
    };
  });
}

export interface MappingDefinition {
  readonly queueArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
  readonly maximumConcurrency: number | undefined;
}

export function readMappings(template: Template): MappingDefinition[] {
  return template.resources('AWS::Lambda::EventSourceMapping').map(({ properties }) => ({
    queueArn: properties.EventSourceArn,
    functionName: properties.FunctionName,
    batchSize: properties.BatchSize,
    reportBatchItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
  }));
}

export function readUserPool(template: Template): UserPoolDefinition {
  const { logicalId, ref, properties } = onlyResource(template, 'AWS::Cognito::UserPool');
  return {
    id: ref,
    arn: template.arnOf(logicalId),
    selfSignUp: properties.AdminCreateUserConfig?.AllowAdminCreateUserOnly !== true,
    caseSensitive: properties.UsernameConfiguration.CaseSensitive,
    autoVerifiedAttributes: properties.AutoVerifiedAttributes,
    requiredAttributes: properties.Schema.filter(({ Required }) => Required).map(({ Name }) => Name),
    passwordPolicy: properties.Policies?.PasswordPolicy,
    triggers: properties.LambdaConfig,
    groups: template.resources('AWS::Cognito::UserPoolGroup').map((group) => group.properties.GroupName),
    clients: template.resources('AWS::Cognito::UserPoolClient').map((client) => readClient(client)),
  };
}

const UNIT_SECONDS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;

function readClient({ ref, properties }: Resource<'AWS::Cognito::UserPoolClient'>) {
  const { AccessToken = 'hours', IdToken = 'hours', RefreshToken = 'days' } = properties.TokenValidityUnits;
  return {
    id: ref,
    authFlows: properties.ExplicitAuthFlows.map((flow) => flow.replace(/^ALLOW_/, '')),
    accessTokenSeconds: properties.AccessTokenValidity * UNIT_SECONDS[AccessToken],
    idTokenSeconds: properties.IdTokenValidity * UNIT_SECONDS[IdToken],
    refreshTokenSeconds: properties.RefreshTokenValidity * UNIT_SECONDS[RefreshToken],
  };
}

export function readHttpApi(template: Template): HttpApiDefinition {
  const { ref, properties } = onlyResource(template, 'AWS::ApiGatewayV2::Api');
  const { DefaultRouteSettings: settings } = onlyResource(template, 'AWS::ApiGatewayV2::Stage').properties;
  const cors = properties.CorsConfiguration;
  return {
    apiId: ref,
    routes: template.resources('AWS::ApiGatewayV2::Route').map((route) => readRoute(template, route)),
    ...(cors && {
      cors: {
        allowCredentials: cors.AllowCredentials,
        allowHeaders: cors.AllowHeaders,
        allowMethods: cors.AllowMethods,
        allowOrigins: cors.AllowOrigins,
        exposeHeaders: cors.ExposeHeaders,
        maxAgeSeconds: cors.MaxAge,
      },
    }),
    rateLimit: settings?.ThrottlingRateLimit ?? 10_000,
    burstLimit: settings?.ThrottlingBurstLimit ?? 5_000,
  };
}

function readRoute(
  template: Template,
  { logicalId, properties }: Resource<'AWS::ApiGatewayV2::Route'>,
): RouteDefinition {
  const integration = template
    .resources('AWS::ApiGatewayV2::Integration')
    .find(({ ref }) => properties.Target === `integrations/${ref}`);
  if (integration === undefined)
    throw new Error(`${logicalId} names the integration ${properties.Target}, which is missing`);
  const authorizer = template
    .resources('AWS::ApiGatewayV2::Authorizer')
    .find(({ ref }) => properties.AuthorizerId === ref)?.properties.JwtConfiguration;
  // Without its authorizer a route would stand open.
  if (properties.AuthorizationType === 'JWT' && authorizer === undefined)
    throw new Error(`${logicalId} has no authorizer`);
  return {
    routeKey: properties.RouteKey,
    functionArn: integration.properties.IntegrationUri,
    scopes: properties.AuthorizationScopes,
    ...(authorizer && { authorizer: { issuer: authorizer.Issuer, audience: authorizer.Audience } }),
  };
}

export function readSchedules(template: Template): ScheduleDefinition[] {
  return template.resources('AWS::Scheduler::Schedule').map(({ logicalId, properties }) => ({
    name: logicalId,
    expression: properties.ScheduleExpression,
    enabled: properties.State === 'ENABLED',
    functionArn: properties.Target.Arn,
    input: properties.Target.Input,
  }));
}

function onlyResource<Type extends ResourceType>(template: Template, type: Type): Resource<Type> {
  const [resource, ...others] = template.resources(type);
  if (resource === undefined || others.length > 0) {
    throw new Error(
      `The local run needs exactly one ${type} in the template and found ${others.length + (resource ? 1 : 0)}`,
    );
  }
  return resource;
}
