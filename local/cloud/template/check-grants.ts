import type { Authorize } from '../iam/authorize.ts';
import type { Template } from './open-template.ts';
import { accessKeyIdFor } from './read-principals.ts';
import { readHttpApi, readMappings, readUserPool } from './read-resources.ts';

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
  for (const { logicalId, properties } of template.resources('AWS::Scheduler::Schedule')) {
    assertGranted(authorize, logicalId, 'lambda:InvokeFunction', properties.Target.Arn);
  }
  const functions = template.resources('AWS::Lambda::Function');
  for (const { functionName, queueArn } of readMappings(template)) {
    const owner = functions.find(({ ref, logicalId }) => [ref, template.arnOf(logicalId)].includes(functionName));
    if (owner === undefined) throw new Error(`An event source mapping names ${functionName}, which is not defined`);
    for (const action of MAPPING_ACTIONS) assertGranted(authorize, owner.logicalId, action, queueArn);
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

function matches(pattern: string, arn: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(arn);
}
