import type { PolicyDocument, Principal } from '../iam/authorize.ts';
import type { Template } from './open-template.ts';

/** Allows writing logs only, which is not an AWS call here. */
const LOGGING_POLICY = /^arn:aws:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole$/;

/** The access key with which a function or a schedule of the template signs its calls. */
export function accessKeyIdFor(logicalId: string): string {
  return `LOCAL${logicalId}`;
}

/** Every function and every schedule acts with the policies of its own role. */
export function readPrincipals(template: Template, accountId: string): ReadonlyMap<string, Principal> {
  const actors = [
    ...template.resources('AWS::Lambda::Function').map(({ logicalId, ref, properties }) => ({
      logicalId,
      roleArn: properties.Role,
      session: ref,
    })),
    ...template.resources('AWS::Scheduler::Schedule').map(({ logicalId, properties }) => ({
      logicalId,
      roleArn: properties.Target.RoleArn,
      session: logicalId,
    })),
  ];
  return new Map(
    actors.map(({ logicalId, roleArn, session }) => {
      const { name, policies } = readRole(template, roleArn);
      const arn = `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`;
      return [accessKeyIdFor(logicalId), { arn, policies }];
    }),
  );
}

function readRole(template: Template, roleArn: string): { name: string; policies: PolicyDocument[] } {
  const role = template.resources('AWS::IAM::Role').find(({ logicalId }) => template.arnOf(logicalId) === roleArn);
  if (role === undefined) throw new Error(`The template names the role ${roleArn}, which it does not define`);
  const unknown = role.properties.ManagedPolicyArns.find((arn) => !LOGGING_POLICY.test(arn));
  if (unknown !== undefined)
    throw new Error(`${role.logicalId} uses the managed policy ${unknown}, which is not known`);
  const attached = template
    .resources('AWS::IAM::Policy')
    .filter(({ properties }) => properties.Roles.includes(role.ref));
  return {
    name: role.ref,
    policies: [
      ...role.properties.Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...attached.map(({ properties }) => properties.PolicyDocument),
    ],
  };
}
