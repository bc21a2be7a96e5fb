import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Duration } from 'aws-cdk-lib/core';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Environment } from '../lambdas/environment.ts';
import { bundleDirectory, type FunctionName } from './function-bundles.ts';
import { type Settings, stackName } from './settings.ts';

export interface ServiceFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  /** MiB; the share of a CPU grows with it. @default 512 */
  readonly memorySize?: number;
  readonly settings: Settings;
}

/**
 * A Lambda function with Stagedoor's defaults: Node 24 on arm64, a role and a log group of its own. The role starts with
 * nothing but writing to that log group; the managed basic execution policy would allow all log groups.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.timeout = props.timeout;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: Code.fromAsset(bundleDirectory(props.name)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize ?? 512,
      role,
      logGroup,
      environment: settingVariables(props.settings),
    });
  }

  setEnvironment<K extends keyof Environment>(name: K, value: string): void {
    this.function.addEnvironment(name, value);
  }

  addToRolePolicy(statement: PolicyStatement): void {
    this.function.addToRolePolicy(statement);
  }
}

/** Every function is told all settings: none is a secret, and one list is easier to keep right than one for each. */
const settingVariables = (settings: Settings) =>
  ({
    DEPLOYMENT_NAME: stackName(settings),
    INITIAL_VISIBILITY: settings.initialVisibility,
    STAGE_CHECK_DAYS: String(settings.stageCheckDays),
    STALE_AFTER_DAYS: String(settings.staleAfterDays),
    TOKEN_MINUTES: String(settings.tokenMinutes),
    TOKEN_ISSUER: settings.tokenIssuer,
    STAGE_QUOTA: String(settings.stageQuota),
  }) satisfies Partial<Environment>;
