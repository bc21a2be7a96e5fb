import { evaluate, type PolicyDocument, type Statement } from '../../local/cloud/iam/evaluate.ts';
import type { Template } from '../../local/cloud/template/open-template.ts';
import { accessKeyIdFor, readPrincipals } from '../../local/cloud/template/read-principals.ts';

/** One action on one resource that a statement allows. */
export interface Grant {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly condition: Statement['Condition'];
}

/** A function or a schedule, with the policies of its role. */
export interface Actor {
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
  readonly grants: readonly Grant[];
}

export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export function readActors(template: Template, accountId: string): readonly Actor[] {
  const principals = readPrincipals(template, accountId);
  const ids = [...template.resources('AWS::Lambda::Function'), ...template.resources('AWS::Scheduler::Schedule')].map(
    ({ logicalId }) => logicalId,
  );
  return ids.map((logicalId) => {
    const name = actorName(logicalId);
    const policies = principals.get(accessKeyIdFor(logicalId))?.policies ?? [];
    return { name, policies, grants: policies.flatMap(({ Statement }) => [Statement].flat().flatMap(grantsOf(name))) };
  });
}

/** `SignInFunctionC17E776D` → `SignIn` */
export const actorName = (logicalId: string): string => logicalId.replace(/(Function|Rate)[0-9A-F]{8}$/, '');

const grantsOf =
  (actor: string) =>
  ({ Effect, Action, Resource, Condition }: Statement): readonly Grant[] =>
    Effect === 'Allow'
      ? [Action]
          .flat()
          .flatMap((action) => [Resource].flat().map((resource) => ({ actor, action, resource, condition: Condition })))
      : [];

export const isAllowed = ({ policies }: Actor, asked: Asked): boolean => evaluate(policies, asked) === 'Allowed';

/** Whether this grant alone would allow it. */
export function covers({ action, resource, condition }: Grant, asked: Asked): boolean {
  const statement = { Effect: 'Allow', Action: action, Resource: resource, ...(condition && { Condition: condition }) };
  return evaluate([{ Statement: statement }], asked) === 'Allowed';
}
