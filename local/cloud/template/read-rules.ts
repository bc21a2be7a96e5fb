import type { RuleDefinition } from '../events/index.ts';
import type { Template } from './open-template.ts';

export function readRules(template: Template): RuleDefinition[] {
  return template.resources('AWS::Events::Rule').map(({ logicalId, properties }) => ({
    arn: template.arnOf(logicalId),
    pattern: properties.EventPattern,
    enabled: properties.State === 'ENABLED',
    targets: properties.Targets.map(({ Arn, DeadLetterConfig }) => ({
      queueArn: assertStandardQueue(template, logicalId, Arn),
      deadLetterArn: DeadLetterConfig && assertStandardQueue(template, logicalId, DeadLetterConfig.Arn),
    })),
  }));
}

function assertStandardQueue(template: Template, ruleId: string, arn: string): string {
  const queue = template.resources('AWS::SQS::Queue').find(({ logicalId }) => template.arnOf(logicalId) === arn);
  if (queue === undefined) throw new Error(`${ruleId} sends events to ${arn}, which is no SQS queue of the template`);
  if (queue.properties.FifoQueue !== true) return arn;
  throw new Error(`${ruleId} sends events to the FIFO queue ${arn}: that needs SqsParameters, which are not emulated`);
}
