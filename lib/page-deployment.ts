import { existsSync } from 'node:fs';
import path from 'node:path';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { DefaultStackSynthesizer, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { PageConfig } from '../web/page-config.ts';
import type { Settings } from './settings.ts';

export interface PageDeploymentProps extends Pick<Settings, 'logRetentionDays'> {
  readonly bucket: IBucket;
  /** What `npm run build:web` wrote. */
  readonly pageDirectory: string;
  /** Becomes `config.json` beside the page. */
  readonly config: PageConfig;
}

/** Puts the built page into its bucket when the stack is deployed, and takes it out when the stack is deleted. */
export class PageDeployment extends Construct {
  constructor(scope: Construct, id: string, { bucket, pageDirectory, config, logRetentionDays }: PageDeploymentProps) {
    super(scope, id);
    if (!existsSync(path.join(pageDirectory, 'index.html'))) {
      throw new Error(`There is no page in ${pageDirectory} to deploy: build it with \`npm run build:web\``);
    }
    const logGroup = new LogGroup(this, 'Log', {
      retention: logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const common = {
      destinationBucket: bucket,
      // Assets are named after their content. Those of before stay: a page that is still open may yet load them.
      prune: false,
      retainOnDelete: false,
      logGroup,
      role: this.#addRole(logGroup, bucket),
    };
    const assets = new BucketDeployment(this, 'Assets', {
      ...common,
      sources: [Source.asset(path.join(pageDirectory, 'assets'))],
      destinationKeyPrefix: 'assets',
      cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
    });
    const entry = new BucketDeployment(this, 'Entry', {
      ...common,
      sources: [Source.asset(pageDirectory, { exclude: ['assets'] }), Source.jsonData('config.json', config)],
      cacheControl: [CacheControl.noCache()],
    });
    // The page never names what is not there yet.
    entry.node.addDependency(assets);
    acknowledgeRuntime(this);
  }

  /** Instead of the one that the CDK would make, whose managed policy lets it write to every log of the account. */
  #addRole(logGroup: LogGroup, bucket: IBucket): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const { region, synthesizer } = Stack.of(this);
    const assets = `cdk-${synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER}-assets-<AWS::AccountId>-${region}`;
    const page = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnBucket);
    const readsAssets = 'The CDK grants it: reads of its own bootstrap bucket, where the built page waits';
    const ownsPage = 'The CDK grants it: all of the page’s bucket, which nothing else writes to';
    const finding = (what: string, reason: string) => ({ id: `AwsSolutions::AwsSolutions-IAM5[${what}]`, reason });
    Validations.of(role).acknowledge(
      ...['s3:GetBucket*', 's3:GetObject*', 's3:List*'].map((action) => finding(`Action::${action}`, readsAssets)),
      ...['s3:Abort*', 's3:DeleteObject*'].map((action) => finding(`Action::${action}`, ownsPage)),
      finding(`Resource::arn:aws:s3:::${assets}/*`, readsAssets),
      finding(`Resource::<${page}.Arn>/*`, ownsPage),
    );
    return role;
  }
}

/** The function is the CDK's own, one for all deployments of a stack. */
function acknowledgeRuntime(scope: Construct): void {
  const handler = Stack.of(scope).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  if (handler === undefined) throw new Error('The CDK has renamed the function that deploys to buckets');
  Validations.of(handler).acknowledge({
    id: 'AwsSolutions::AwsSolutions-L1',
    reason: 'The CDK chooses the runtime of its own function',
  });
}
