import { type Condition, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { DEPLOYMENT_TAG } from '../lambdas/stages/stage-tags.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * What each function may do with IVS stages: only with those that carry this deployment's tag. Stage ids are made by IVS,
 * so the resource is `stage/*` and the tag condition does the narrowing.
 */
export class StagePermissions {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** CreateStage, and the TagResource that a CreateStage with tags is authorized for as well. */
  grantCreate(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:CreateStage'], { StringEquals: this.#requestTag });
    // A function that may tag must not be able to put our tag on a stage of another deployment.
    this.#allow(fn, ['ivs:TagResource'], { StringEquals: this.#requestTag, StringEqualsIfExists: this.#resourceTag });
  }

  /** A deleted stage has no tags: a strict condition would answer 403 where IVS would have answered 404. */
  grantGet(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:GetStage'], { StringEqualsIfExists: this.#resourceTag });
  }

  grantUpdate(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:UpdateStage'], { StringEquals: this.#resourceTag });
  }

  grantDelete(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:DeleteStage'], { StringEquals: this.#resourceTag });
  }

  grantCreateToken(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:CreateParticipantToken'], { StringEquals: this.#resourceTag });
  }

  /** ListStages shows every stage of the region: it has no condition keys. */
  grantList(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:ListStages']);
  }

  /** When participants published. */
  grantListParticipantEvents(fn: ServiceFunction): void {
    this.#allow(fn, ['ivs:ListParticipantEvents'], { StringEquals: this.#resourceTag });
  }

  /** Who is and was on a stage, with which rights, and putting them out. */
  grantModerate(fn: ServiceFunction): void {
    const actions = ['ivs:ListParticipants', 'ivs:GetParticipant', 'ivs:DisconnectParticipant'];
    this.#allow(fn, actions, { StringEquals: this.#resourceTag });
  }

  get #requestTag(): Condition {
    return { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }

  get #resourceTag(): Condition {
    return { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: this.#deployment };
  }

  #allow(fn: ServiceFunction, actions: string[], conditions?: Record<string, Condition>): void {
    const stages = Stack.of(fn).formatArn({ service: 'ivs', resource: 'stage', resourceName: '*' });
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [stages], ...(conditions && { conditions }) }));
    Validations.of(fn).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:aws:ivs:${Stack.of(fn).region}:<AWS::AccountId>:stage/*]`,
      reason: 'IVS makes the ids of stages; conditions on the tag of this deployment do the narrowing',
    });
  }
}
