import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule, CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { DEPLOYMENT_TAG } from '../lambdas/stages/stage-tags.ts';
import type { ServiceFunction } from './service-function.ts';
import { type Settings, stackName } from './settings.ts';

export interface SigningKeyProps {
  readonly settings: Pick<Settings, 'deploymentName' | 'keyRotationDays'>;
  /** Makes the first key as soon as it is deployed, and a new one every so many days. */
  readonly rotation: ServiceFunction;
}

/**
 * The key pair that signs participant tokens: the private half in a secret, the public half in IVS. The secret is born with
 * something random that nobody uses; the rotation brings the first key.
 */
export class SigningKey extends Construct {
  readonly secretArn: string;
  readonly #deployment: string;

  constructor(scope: Construct, id: string, { settings, rotation }: SigningKeyProps) {
    super(scope, id);
    this.#deployment = stackName(settings);
    const secret = new CfnSecret(this, 'Secret', {
      description: `Key pair that signs the participant tokens of ${this.#deployment}`,
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'noKeyYet' },
    });
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.secretArn = secret.ref;
    this.#letRotate(rotation);
    rotation.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceArn: this.secretArn,
      sourceAccount: Stack.of(this).account,
    });
    const schedule = new CfnRotationSchedule(this, 'Rotation', {
      secretId: this.secretArn,
      rotationLambdaArn: rotation.function.functionArn,
      rotationRules: { automaticallyAfterDays: settings.keyRotationDays },
      rotateImmediatelyOnUpdate: true,
    });
    // It rotates at once, so the function and its permissions must be there.
    schedule.node.addDependency(rotation);
  }

  /** Lets a function sign. */
  grantRead(fn: ServiceFunction): void {
    this.#allowSecret(fn, 'GetSecretValue');
  }

  /** Lets a function delete old public keys, but not read the private one. */
  grantRetire(fn: ServiceFunction): void {
    this.#allowSecret(fn, 'DescribeSecret');
    this.#allowList(fn);
    this.#allowKeys(fn, ['ivs:DeletePublicKey'], { StringEquals: this.#resourceTag });
  }

  #letRotate(fn: ServiceFunction): void {
    this.#allowSecret(fn, 'DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage');
    this.#allowList(fn);
    this.#allowKeys(fn, ['ivs:ImportPublicKey'], { StringEquals: this.#requestTag });
    // An import with tags is authorized for TagResource too; it must not put our tag on a key of another deployment.
    const ownTagOnly = { StringEquals: this.#requestTag, StringEqualsIfExists: this.#resourceTag };
    this.#allowKeys(fn, ['ivs:TagResource'], ownTagOnly);
    // A deleted key has no tags: a strict condition would answer 403 where IVS would have answered 404.
    this.#allowKeys(fn, ['ivs:GetPublicKey'], { StringEqualsIfExists: this.#resourceTag });
    this.#allowKeys(fn, ['ivs:DeletePublicKey'], { StringEquals: this.#resourceTag });
  }

  #allowSecret(fn: ServiceFunction, ...operations: readonly string[]): void {
    fn.setEnvironment('SIGNING_SECRET_ARN', this.secretArn);
    const actions = operations.map((operation) => `secretsmanager:${operation}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.secretArn] }));
  }

  #allowList(fn: ServiceFunction): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['ivs:ListPublicKeys'], resources: ['*'] }));
    Validations.of(fn).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'IVS knows no resource for ListPublicKeys and ListIngestConfigurations',
    });
  }

  #allowKeys(fn: ServiceFunction, actions: string[], conditions: Record<string, Record<string, string>>): void {
    const { region } = Stack.of(fn);
    const keys = Stack.of(fn).formatArn({ service: 'ivs', resource: 'public-key', resourceName: '*' });
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [keys], conditions }));
    Validations.of(fn).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:aws:ivs:${region}:<AWS::AccountId>:public-key/*]`,
      reason: 'IVS makes the ids of public keys; conditions on the tag of this deployment do the narrowing',
    });
  }

  get #requestTag(): Record<string, string> {
    return { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }

  get #resourceTag(): Record<string, string> {
    return { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }
}
