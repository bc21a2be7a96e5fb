import type { Authorize } from '../iam/authorize.ts';
import { evaluateForService } from '../iam/evaluate-resource-policy.ts';
import type { Template } from './open-template.ts';
import { accessKeyIdFor } from './read-principals.ts';
import { readHttpApi, readMappings, readUserPool } from './read-resources.ts';
import { readRules } from './read-rules.ts';

const MAPPING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

interface Scope {
  readonly template: Template;
  readonly authorize: Authorize;
  readonly region: string;
  readonly accountId: string;
}

/** AWS would refuse these calls only once they happen; a missing grant is found at start instead. */
export function checkGrants({ template, authorize, region, accountId }: Scope): void {
  const pool = readUserPool(template);
  for (const functionArn of Object.values(pool.triggers).filter((arn) => arn !== undefined)) {
    assertInvocable(template, functionArn, 'cognito-idp.amazonaws.com', pool.arn);
  }
  const api = readHttpApi(template);
  for (const { routeKey, functionArn } of api.routes) {
    const source = `arn:aws:execute-api:${region}:${accountId}:${api.apiId}/$default/${routeKey.replace(' ', '')}`;
    assertInvocable(template, functionArn, 'apigateway.amazonaws.com', source);
  }
  for (const { properties } of template.resources('AWS::SecretsManager::RotationSchedule')) {
    assertInvocable(template, properties.RotationLambdaARN, 'secretsmanager.amazonaws.com', properties.SecretId);
  }
  for (const { logicalId, properties } of template.resources('AWS::Scheduler::Schedule')) {
    const { Arn: functionArn, DeadLetterConfig: deadLetters } = properties.Target;
    assertGranted(authorize, logicalId, 'lambda:InvokeFunction', functionArn);
    if (deadLetters) assertGranted(authorize, logicalId, 'sqs:SendMessage', deadLetters.Arn);
  }
  const functions = template.resources('AWS::Lambda::Function');
  for (const { functionName, queueArn } of readMappings(template)) {
    const owner = functions.find(({ ref, logicalId }) => [ref, template.arnOf(logicalId)].includes(functionName));
    if (owner === undefined) throw new Error(`An event source mapping names ${functionName}, which is not defined`);
    for (const action of MAPPING_ACTIONS) assertGranted(authorize, owner.logicalId, action, queueArn);
  }
  for (const { arn, targets } of readRules(template)) {
    const queueArns = targets.flatMap(({ queueArn, deadLetterArn }) => [queueArn, deadLetterArn]);
    for (const queueArn of queueArns) if (queueArn !== undefined) assertSendable(template, arn, queueArn, accountId);
  }
}

function assertGranted(authorize: Authorize, logicalId: string, action: string, resource: string): void {
  const { allowed, message } = authorize({ accessKeyId: accessKeyIdFor(logicalId), action, resource });
  if (!allowed) throw new Error(`${logicalId} could not work on AWS: ${message}`);
}

function assertInvocable(template: Template, functionArn: string, principal: string, sourceArn: string): void {
  const permissions = template.resources('AWS::Lambda::Permission').map(({ properties }) => properties);
  const permitted = permissions.some(
    (permission) =>
      functionArn.endsWith(permission.FunctionName) &&
      permission.Principal === principal &&
      (permission.SourceArn === undefined || matches(permission.SourceArn, sourceArn)),
  );
  if (!permitted) {
    throw new Error(
      `${principal} may not invoke ${functionArn} for ${sourceArn}: no AWS::Lambda::Permission allows it`,
    );
  }
}

function assertSendable(template: Template, ruleArn: string, queueArn: string, accountId: string): void {
  const service = 'events.amazonaws.com';
  const context = { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': accountId, 'aws:SecureTransport': 'true' };
  const request = { action: 'sqs:SendMessage', resource: queueArn, context };
  const policy = policyOf(template, queueArn);
  if (policy !== undefined && evaluateForService(policy, service, request) === 'Allowed') return;
  throw new Error(`${service} may not send to ${queueArn} for ${ruleArn}: no AWS::SQS::QueuePolicy allows it`);
}

function policyOf(template: Template, queueArn: string) {
  const queue = template.resources('AWS::SQS::Queue').find(({ logicalId }) => template.arnOf(logicalId) === queueArn);
  const policies = template
    .resources('AWS::SQS::QueuePolicy')
    .filter(({ properties }) => queue !== undefined && properties.Queues.includes(queue.ref));
  if (policies.length > 1) throw new Error(`${queueArn} has several policies, of which AWS would keep only one`);
  return policies[0]?.properties.PolicyDocument;
}

function matches(pattern: string, arn: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(arn);
}
