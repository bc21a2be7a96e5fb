import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnOutput, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { PageDeployment } from './page-deployment.ts';
import { PageDistribution } from './page-distribution.ts';
import type { Settings } from './settings.ts';
import type { StagedoorStack } from './stagedoor-stack.ts';

export interface WebStackProps {
  readonly settings: Pick<Settings, 'region' | 'selfSignUp' | 'logRetentionDays'>;
  /** What the page is configured for. */
  readonly stagedoor: StagedoorStack;
  /** What `npm run build:web` wrote. */
  readonly pageDirectory: string;
}

/** The web page on CloudFront, with the API below `/api` of the same origin: no CORS, and nothing to configure afterwards. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, { settings, stagedoor, pageDirectory }: WebStackProps) {
    super(scope, id, {
      description: 'Stagedoor: the web page',
      env: { region: settings.region },
    });
    const { api, users } = stagedoor;
    const bucket = this.#addBucket();
    const { distribution } = new PageDistribution(this, 'Distribution', { bucket, api, region: settings.region });
    new PageDeployment(this, 'Deployment', {
      bucket,
      pageDirectory,
      logRetentionDays: settings.logRetentionDays,
      config: {
        apiUrl: '/api',
        region: settings.region,
        userPoolId: users.pool.userPoolId,
        userPoolClientId: users.client.userPoolClientId,
        selfSignUp: settings.selfSignUp,
      },
    });
    new CfnOutput(this, 'WebUrl', { value: `https://${distribution.distributionDomainName}` });
  }

  #addBucket(): IBucket {
    const bucket = new Bucket(this, 'Page', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Whatever lies in it can be built again, and the deployment takes it out before the bucket goes.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Holds the public page only, which CloudFront alone reads',
    });
    // The class declares `isWebsite` as the interface does not: possibly present and undefined.
    return bucket as IBucket;
  }
}
