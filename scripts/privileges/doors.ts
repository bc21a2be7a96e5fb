import { evaluateForService, type ResourceStatement } from '../../local/cloud/iam/evaluate-resource-policy.ts';
import type { RawTemplate } from '../../local/cloud/template/assembly.ts';
import type { Template } from '../../local/cloud/template/open-template.ts';
import type { Place } from './calls-of-aws.ts';
import { type Need, readNeeds } from './needs.ts';

/** Who may call, send to, publish to or assume something of the stack: a row of a resource's own policy. */
export interface Door {
  /** Logical id, or what stands for it in the policy. */
  readonly to: string;
  readonly who: string;
  readonly action: string;
  readonly condition: string;
  readonly neededBy: readonly string[];
}

export interface Doors {
  readonly doors: readonly Door[];
  readonly findings: readonly string[];
}

interface Opening {
  readonly to: string;
  readonly statement: ResourceStatement;
}

/** Types whose policies are read here. What else lets somebody in has to be read too before it may be in the template. */
const READ = new Set([
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Permission',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);
const LETS_IN = /Policy|Permission$|::Url$|::AccessPoint$/;

/** A service for which a whole account is the narrowest that a policy of ours names. */
const WHOLE_ACCOUNT: Readonly<Record<string, string>> = {
  'cloudwatch.amazonaws.com': 'alarms of the operator may use the topic too',
  'scheduler.amazonaws.com': 'a role that is bound to its schedule could not be made before it',
};

/** Both ways: each policy lets in what the template needs, nothing else, and from nowhere else. */
export function checkDoors(raw: RawTemplate, template: Template, place: Place): Doors {
  const openings = readOpenings(raw, template);
  const needs = readNeeds(raw, template, place);
  const doors = openings.map((opening) => doorOf(opening, needs));
  return {
    doors,
    findings: [
      ...findUnknownPolicies(raw),
      ...openings.filter(({ statement }) => !isForServices(statement)).map(open),
      ...doors.filter(({ neededBy }) => neededBy.length === 0).map(unneeded),
      ...openings.flatMap((opening) =>
        needs.filter((need) => lets(opening, need) && letsForeign(opening, need)).map(() => open(opening)),
      ),
      ...needs.filter((need) => !openings.some((opening) => lets(opening, need))).map(shut),
    ].filter((finding, index, all) => all.indexOf(finding) === index),
  };
}

function readOpenings(raw: RawTemplate, template: Template): readonly Opening[] {
  const statementsOf = (document: unknown) =>
    [(template.resolve(document) as { readonly Statement: ResourceStatement }).Statement].flat();
  return Object.entries(raw.Resources).flatMap(([logicalId, { Type, Properties = {} }]): readonly Opening[] => {
    if (Type === 'AWS::Lambda::Permission') return [permission(template.resolve(Properties) as Permission)];
    if (Type === 'AWS::IAM::Role') {
      const trust = statementsOf(Properties.AssumeRolePolicyDocument);
      return trust.map((statement) => ({
        to: logicalId,
        statement: { ...statement, Resource: template.arnOf(logicalId) },
      }));
    }
    if (!['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'].includes(Type)) return [];
    return statementsOf(Properties.PolicyDocument)
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({
        to: nameOf(String(statement.Resource)),
        statement,
      }));
  });
}

interface Permission {
  readonly Action: string;
  readonly FunctionName: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
}

/** As the statement that Lambda makes of it. */
function permission({ Action, FunctionName, Principal, SourceArn, SourceAccount }: Permission): Opening {
  const condition = {
    ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
    ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
  };
  const principal = Principal.endsWith('.amazonaws.com') ? { Service: Principal } : { AWS: Principal };
  const statement = { Effect: 'Allow', Principal: principal, Action, Resource: FunctionName };
  return { to: nameOf(FunctionName), statement: { ...statement, Condition: condition } };
}

function doorOf(opening: Opening, needs: readonly Need[]): Door {
  const { Principal, Action, Condition } = opening.statement;
  const { Service = Principal } = (Principal ?? {}) as { readonly Service?: unknown };
  return {
    to: opening.to,
    who: typeof Service === 'string' ? Service : JSON.stringify(Service),
    action: [Action].flat().join(', '),
    condition: Condition && Object.keys(Condition).length > 0 ? JSON.stringify(Condition) : '',
    neededBy: needs.filter((need) => lets(opening, need)).map(({ why }) => why),
  };
}

const lets = ({ statement }: Opening, { service, ...request }: Need): boolean =>
  evaluateForService({ Statement: statement }, service, request) === 'Allowed';

/** Roles of functions are the exception: nobody can have Lambda assume one without being allowed to pass it. */
function letsForeign(opening: Opening, need: Need): boolean {
  if (lets(opening, { ...need, service: 'another.amazonaws.com' })) return true;
  if (need.service === 'lambda.amazonaws.com') return false;
  return foreignContexts(need).some((context) => lets(opening, { ...need, context }));
}

function foreignContexts({ service, context }: Need): readonly Need['context'][] {
  const { 'aws:SourceArn': arn = '' } = context;
  const account = { 'aws:SourceArn': arn.replace(/:\d{12}:/, ':999999999999:'), 'aws:SourceAccount': '999999999999' };
  const parts = arn.split(/([:/])/);
  // Behind the API's id come its stage and the method, which CDK leaves open.
  const isOpen = (index: number) => service === 'apigateway.amazonaws.com' && [12, 14].includes(index);
  const others = parts.flatMap((part, index) =>
    index < 4 || isOpen(index) || /^[:/]?$/.test(part) ? [] : [parts.with(index, 'another').join('')],
  );
  return [account, ...(service in WHOLE_ACCOUNT ? [] : others.map((other) => ({ 'aws:SourceArn': other })))].map(
    (changed) => ({ ...context, ...changed }),
  );
}

const isForServices = ({ Principal }: ResourceStatement): boolean =>
  typeof Principal === 'object' && Object.keys(Principal).join() === 'Service';

const findUnknownPolicies = ({ Resources }: RawTemplate): readonly string[] =>
  Object.entries(Resources).flatMap(([logicalId, { Type, Properties }]) =>
    (LETS_IN.test(Type) && !READ.has(Type)) || /"ResourcePolicy/.test(JSON.stringify(Properties ?? {}))
      ? [
          `${logicalId} (${Type}) may let somebody in, and this check cannot read it: teach scripts/privileges/doors.ts.`,
        ]
      : [],
  );

const open = ({ to, statement: { Principal, Action, Condition } }: Opening): string =>
  `${to} lets in more than the template needs: ${JSON.stringify(Principal)} may ${[Action].flat().join(', ')}${Condition && Object.keys(Condition).length > 0 ? ` if ${JSON.stringify(Condition)}` : ' without a condition'}. Name the service and the ARN that it acts for.`;

const unneeded = ({ to, who, action }: Door): string =>
  `${to} lets ${who} ${action}, and nothing in the template does so: take the permission out of lib/.`;

const shut = ({ service, action, why }: Need): string =>
  `${service} needs ${action} for ${why}, and nothing allows it: grant it in lib/.`;

/** The last part of an ARN. */
const nameOf = (arn: string): string => arn.split(':').at(-1) ?? arn;
