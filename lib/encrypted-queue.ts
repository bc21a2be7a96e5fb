import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** A queue that is encrypted at rest and refuses messages over plain HTTP. */
export function encryptedQueue(
  scope: Construct,
  id: string,
  props: Omit<QueueProps, 'encryption' | 'enforceSSL'>,
): Queue {
  const queue = new Queue(scope, id, { ...props, encryption: QueueEncryption.SQS_MANAGED });
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      resources: [queue.queueArn],
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  );
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions::AwsSolutions-SQS4',
    reason: 'Plain HTTP is denied for each action that carries a message; the rule looks for sqs:* only',
  });
  return queue;
}
