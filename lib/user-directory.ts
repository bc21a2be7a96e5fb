import { CfnUserPoolGroup, Mfa, UserPool, type UserPoolClient, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { MODERATORS_GROUP } from '../lambdas/groups.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Settings } from './settings.ts';

export interface UserDirectoryProps {
  readonly settings: Pick<Settings, 'selfSignUp' | 'protectData'>;
  /** Runs at every sign-in, and at the confirmation of a federated user, whose first sign-in fires nothing else. */
  readonly onSignIn: ServiceFunction;
}

/** The Cognito user pool: sign-in by user name; a user name, a password and an e-mail suffice to sign up. */
export class UserDirectory extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, { settings, onSignIn }: UserDirectoryProps) {
    super(scope, id);
    this.pool = new UserPool(this, 'Users', {
      selfSignUpEnabled: settings.selfSignUp,
      signInAliases: { username: true },
      // Ada and ada are one person; a pool cannot change this later.
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 8,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      deletionProtection: settings.protectData,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.pool).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-COG8',
        reason: 'The Plus plan bills every user; an operator who wants its threat protection turns it on',
      },
      {
        id: 'AwsSolutions::AwsSolutions-COG2',
        reason: 'MFA is offered by authenticator app and left to the user; forcing it would shut out self sign-up',
      },
    );
    this.pool.addTrigger(UserPoolOperation.POST_AUTHENTICATION, onSignIn.function);
    this.pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, onSignIn.function);
    new CfnUserPoolGroup(this, 'Moderators', {
      userPoolId: this.pool.userPoolId,
      groupName: MODERATORS_GROUP,
      description: 'May view and moderate every stage',
    });
    this.client = this.pool.addClient('Web', {
      authFlows: { userSrp: true, userPassword: true },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      disableOAuth: true,
    });
  }

  /** Lets a function find out whether a user still exists. */
  grantList(fn: ServiceFunction): void {
    fn.setEnvironment('USER_POOL_ID', this.pool.userPoolId);
    fn.addToRolePolicy(new PolicyStatement({ actions: ['cognito-idp:ListUsers'], resources: [this.pool.userPoolArn] }));
  }
}
