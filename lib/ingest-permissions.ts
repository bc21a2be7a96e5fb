import { type Condition, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { DEPLOYMENT_TAG } from '../lambdas/stages/stage-tags.ts';
import type { ServiceFunction } from './service-function.ts';

/** What functions may do with IVS ingest configurations: only with those that carry this deployment's tag, as with stages. */
export class IngestPermissions {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** CreateIngestConfiguration, and the TagResource that it is authorized for as well when it carries tags. */
  grantCreate(fn: ServiceFunction): void {
    this.#allow(fn, 'ivs:CreateIngestConfiguration', { StringEquals: this.#requestTag });
    // A function that may tag must not be able to put our tag on an ingest of another deployment.
    this.#allow(fn, 'ivs:TagResource', { StringEquals: this.#requestTag, StringEqualsIfExists: this.#resourceTag });
  }

  /** Finding ours and deleting them. GetIngestConfiguration would show stream keys; the tags are enough. */
  grantRemove(fn: ServiceFunction): void {
    this.#allow(fn, 'ivs:DeleteIngestConfiguration', { StringEquals: this.#resourceTag });
    // One that is gone has no tags: a strict condition would answer 403 where IVS would have answered 404.
    this.#allow(fn, 'ivs:ListTagsForResource', { StringEqualsIfExists: this.#resourceTag });
    this.#allowList(fn);
  }

  /** Shows the ingests of everybody in the region, without their stream keys and tags. */
  #allowList(fn: ServiceFunction): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['ivs:ListIngestConfigurations'], resources: ['*'] }));
    Validations.of(fn).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'IVS knows no resource for ListPublicKeys and ListIngestConfigurations',
    });
  }

  #allow(fn: ServiceFunction, action: string, conditions: Record<string, Condition>): void {
    const { region } = Stack.of(fn);
    const ingests = Stack.of(fn).formatArn({ service: 'ivs', resource: 'ingest-configuration', resourceName: '*' });
    fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [ingests], conditions }));
    Validations.of(fn).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:aws:ivs:${region}:<AWS::AccountId>:ingest-configuration/*]`,
      reason: 'IVS makes the ids of ingest configurations; conditions on the tag of this deployment do the narrowing',
    });
  }

  get #requestTag(): Condition {
    return { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }

  get #resourceTag(): Condition {
    return { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }
}
