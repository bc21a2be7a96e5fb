import { createAuthorizer } from '../../local/cloud/iam/authorize.ts';
import type { RawTemplate } from '../../local/cloud/template/assembly.ts';
import { checkGrants } from '../../local/cloud/template/check-grants.ts';
import type { Template } from '../../local/cloud/template/open-template.ts';
import { readPrincipals } from '../../local/cloud/template/read-principals.ts';
import { actorName } from './grants.ts';
import type { Call } from './record.ts';

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export const AT_START = 'the start of the local run: AWS makes this call in the name of the role';
export const ON_AWS_ONLY = 'needed on AWS only: Lambda writes the log of the function';

/** What AWS itself does with the roles: event source mappings and schedules, which every local run checks, and logs. */
export function callsOfAws(raw: RawTemplate, template: Template, place: Place): readonly Call[] {
  const calls: Call[] = [];
  const authorize = createAuthorizer(readPrincipals(template, place.accountId), (call, { allowed }) => {
    const actor = actorName((call.accessKeyId ?? '').replace(/^LOCAL/, ''));
    calls.push({ actor, action: call.action, resource: call.resource, context: {}, allowed, test: '', by: AT_START });
  });
  checkGrants({ template, authorize, ...place });
  return [...calls, ...logCalls(raw, template, place)];
}

function logCalls({ Resources }: RawTemplate, template: Template, { region, accountId }: Place): readonly Call[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .flatMap(([logicalId, { Properties }]) => {
      const { LogGroup } = template.resolve(Properties?.LoggingConfig ?? {}) as { readonly LogGroup?: string };
      const resource = `arn:aws:logs:${region}:${accountId}:log-group:${LogGroup}:log-stream:some`;
      const asked = { actor: actorName(logicalId), resource, context: {}, allowed: true, test: '', by: ON_AWS_ONLY };
      return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ ...asked, action }));
    });
}
