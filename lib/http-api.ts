import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type Route, routes } from '../lambdas/routes.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Settings } from './settings.ts';
import type { UserDirectory } from './user-directory.ts';

export interface StageApiProps {
  readonly settings: Pick<Settings, 'allowedOrigins' | 'logRetentionDays'>;
  readonly users: UserDirectory;
  readonly functions: Readonly<Record<Route['function'], ServiceFunction>>;
}

/** The HTTPS API: one route a row of `lambdas/routes.ts`, each behind the user pool's JWT authorizer. */
export class StageApi extends Construct {
  readonly url: string;
  readonly http: HttpApi;

  constructor(scope: Construct, id: string, { settings, users, functions }: StageApiProps) {
    super(scope, id);
    this.http = new HttpApi(this, 'Http', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...settings.allowedOrigins],
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.PUT,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.POST,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['retry-after'],
        maxAge: Duration.hours(1),
      },
      defaultAuthorizer: new HttpJwtAuthorizer('Users', users.issuerUrl, {
        jwtAudience: [users.client.userPoolClientId],
      }),
    });
    for (const { method, path, function: name } of routes) {
      this.http.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: new HttpLambdaIntegration(`${name}-integration`, functions[name].function),
      });
    }
    this.#addStage(settings);
    this.url = this.http.apiEndpoint;
  }

  /** The access log names who, what and how long, and neither headers nor bodies: those hold tokens. */
  #addStage({ logRetentionDays }: Pick<Settings, 'logRetentionDays'>): void {
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const fields = {
      requestId: '$context.requestId',
      routeKey: '$context.routeKey',
      status: '$context.status',
      userId: '$context.authorizer.claims.sub',
      authorizerError: '$context.authorizer.error',
      integrationError: '$context.integrationErrorMessage',
      integrationLatencyMs: '$context.integration.latency',
      latencyMs: '$context.responseLatency',
      sourceIp: '$context.identity.sourceIp',
    };
    new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 500, burstLimit: 1000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(fields)),
      },
    });
  }
}
