import type { RawTemplate } from '../../local/cloud/template/assembly.ts';
import type { Template } from '../../local/cloud/template/open-template.ts';
import { readHttpApi, readUserPool } from '../../local/cloud/template/read-resources.ts';
import { readRules } from '../../local/cloud/template/read-rules.ts';
import type { Place } from './calls-of-aws.ts';

/** What a service of AWS does for something in the template, by the policy of what it does it to. */
export interface Need {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
  /** A few words for the report. */
  readonly why: string;
}

/** Everything in the template that has a service act on it: routes, triggers, the rotation, rules, alarms, roles. */
export function readNeeds(raw: RawTemplate, template: Template, place: Place): readonly Need[] {
  const context = (sourceArn: string) => ({
    'aws:SourceArn': sourceArn,
    'aws:SourceAccount': place.accountId,
    'aws:SecureTransport': 'true',
  });
  const invocation = (service: string, resource: string, sourceArn: string, why: string): Need => {
    return { service, action: 'lambda:InvokeFunction', resource, context: context(sourceArn), why };
  };
  return [
    ...routeNeeds(template, place, invocation),
    ...triggerNeeds(template, invocation),
    ...template
      .resources('AWS::SecretsManager::RotationSchedule')
      .map(({ logicalId, properties: { RotationLambdaARN, SecretId } }) =>
        invocation('secretsmanager.amazonaws.com', RotationLambdaARN, SecretId, logicalId),
      ),
    ...ruleNeeds(template, context),
    ...alarmNeeds(raw, template, place, context),
    ...roleNeeds(template, place, context),
  ];
}

type Invocation = (service: string, resource: string, sourceArn: string, why: string) => Need;
type ContextOf = (sourceArn: string) => Need['context'];

function routeNeeds(template: Template, { region, accountId }: Place, invocation: Invocation): readonly Need[] {
  const { apiId, routes } = readHttpApi(template);
  return routes.map(({ routeKey, functionArn }) => {
    const sourceArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${routeKey.replace(' ', '')}`;
    return invocation('apigateway.amazonaws.com', functionArn, sourceArn, routeKey);
  });
}

function triggerNeeds(template: Template, invocation: Invocation): readonly Need[] {
  const { arn, triggers } = readUserPool(template);
  return Object.entries(triggers).flatMap(([name, functionArn]) =>
    functionArn === undefined ? [] : [invocation('cognito-idp.amazonaws.com', functionArn, arn, name)],
  );
}

const ruleNeeds = (template: Template, contextOf: ContextOf): readonly Need[] =>
  readRules(template).flatMap(({ arn, targets }) =>
    targets
      .flatMap(({ queueArn, deadLetterArn }) => [queueArn, ...(deadLetterArn === undefined ? [] : [deadLetterArn])])
      .map((resource) => ({
        service: 'events.amazonaws.com',
        action: 'sqs:SendMessage',
        resource,
        context: contextOf(arn),
        why: arn.split('/').at(-1) ?? arn,
      })),
  );

function alarmNeeds(raw: RawTemplate, template: Template, place: Place, contextOf: ContextOf): readonly Need[] {
  const alarms = Object.entries(raw.Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  const topics = alarms.flatMap(([, { Properties }]) => template.resolve(Properties?.AlarmActions ?? []) as string[]);
  return [...new Set(topics)].map((resource) => ({
    service: 'cloudwatch.amazonaws.com',
    action: 'sns:Publish',
    resource,
    context: contextOf(`arn:aws:cloudwatch:${place.region}:${place.accountId}:alarm:any`),
    why: `${topics.filter((topic) => topic === resource).length} alarms`,
  }));
}

function roleNeeds(template: Template, { region, accountId }: Place, contextOf: ContextOf): readonly Need[] {
  const group = `arn:aws:scheduler:${region}:${accountId}:schedule-group/default`;
  const need = (service: string, resource: string, why: string, sourceArn: string): Need => {
    return { service, action: 'sts:AssumeRole', resource, context: contextOf(sourceArn), why };
  };
  return [
    ...template
      .resources('AWS::Lambda::Function')
      .map(({ logicalId, properties: { Role } }) =>
        need('lambda.amazonaws.com', Role, logicalId, template.arnOf(logicalId)),
      ),
    ...template
      .resources('AWS::Scheduler::Schedule')
      .map(({ logicalId, properties: { Target } }) =>
        need('scheduler.amazonaws.com', Target.RoleArn, logicalId, group),
      ),
  ];
}
