import {
  CfnUserPoolGroup,
  type IUserPool,
  type IUserPoolClient,
  Mfa,
  UserPool,
  UserPoolClient,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { MODERATORS_GROUP } from '../lambdas/groups.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Settings } from './settings.ts';

export interface UserDirectoryProps {
  readonly settings: Pick<Settings, 'userPoolId' | 'userPoolClientId' | 'selfSignUp' | 'protectData'>;
  /** Runs at every sign-in, and at the confirmation of a federated user, whose first sign-in fires nothing else. */
  readonly onSignIn: ServiceFunction;
}

interface Users {
  readonly pool: IUserPool;
  readonly client: IUserPoolClient;
  /** `iss` of the pool's tokens. */
  readonly issuerUrl: string;
}

/** Who can sign in: the users of a Cognito user pool of the stack's own, or of one that was there before. */
export class UserDirectory extends Construct implements Users {
  readonly pool: IUserPool;
  readonly client: IUserPoolClient;
  readonly issuerUrl: string;

  constructor(scope: Construct, id: string, props: UserDirectoryProps) {
    super(scope, id);
    const users = props.settings.userPoolId === '' ? makePool(this, props) : findPool(this, props);
    this.pool = users.pool;
    this.client = users.client;
    this.issuerUrl = users.issuerUrl;
  }

  /** Lets a function find out whether a user still exists. */
  grantList(fn: ServiceFunction): void {
    fn.setEnvironment('USER_POOL_ID', this.pool.userPoolId);
    fn.addToRolePolicy(new PolicyStatement({ actions: ['cognito-idp:ListUsers'], resources: [this.pool.userPoolArn] }));
  }
}

/** Sign-in by user name; a user name, a password and an e-mail suffice to sign up. */
function makePool(scope: Construct, { settings, onSignIn }: UserDirectoryProps): Users {
  const pool = new UserPool(scope, 'Users', {
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
  Validations.of(pool).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-COG8',
      reason: 'The Plus plan bills every user; an operator who wants its threat protection turns it on',
    },
    {
      id: 'AwsSolutions::AwsSolutions-COG2',
      reason: 'MFA is offered by authenticator app and left to the user; forcing it would shut out self sign-up',
    },
  );
  pool.addTrigger(UserPoolOperation.POST_AUTHENTICATION, onSignIn.function);
  pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, onSignIn.function);
  new CfnUserPoolGroup(scope, 'Moderators', {
    userPoolId: pool.userPoolId,
    groupName: MODERATORS_GROUP,
    description: 'May view and moderate every stage',
  });
  return { pool, client: addClient(pool), issuerUrl: pool.userPoolProviderUrl };
}

function addClient(pool: UserPool): UserPoolClient {
  return pool.addClient('Web', {
    authFlows: { userSrp: true, userPassword: true },
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    disableOAuth: true,
  });
}

/** CloudFormation changes nothing in a pool of another owner: triggers and group are made as docs/existing-user-pool.md says. */
function findPool(scope: Construct, { settings, onSignIn }: UserDirectoryProps): Users {
  const pool = UserPool.fromUserPoolId(scope, 'Existing', settings.userPoolId);
  const client = UserPoolClient.fromUserPoolClientId(scope, 'ExistingWeb', settings.userPoolClientId);
  onSignIn.function.addPermission('ExistingUserPool', {
    principal: new ServicePrincipal('cognito-idp.amazonaws.com'),
    sourceArn: pool.userPoolArn,
  });
  // The triggers fire for every client of the pool, those of other applications too.
  onSignIn.setEnvironment('USER_POOL_CLIENT_ID', settings.userPoolClientId);
  new CfnOutput(Stack.of(scope), 'SignInFunctionArn', { value: onSignIn.function.functionArn });
  return { pool, client, issuerUrl: `https://${pool.userPoolProviderName}` };
}
