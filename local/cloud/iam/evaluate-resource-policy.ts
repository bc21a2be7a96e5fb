import { type AccessRequest, type Effect, evaluate, type Statement } from './evaluate.ts';

/** The policy of a resource: its statements also say whom they concern. */
export interface ResourcePolicyDocument {
  readonly Version?: string;
  readonly Statement: ResourceStatement | readonly ResourceStatement[];
}

export interface ResourceStatement extends Statement {
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
}

/** Whether an AWS service, for example `events.amazonaws.com`, may call a resource with this policy. */
export function evaluateForService(policy: ResourcePolicyDocument, service: string, request: AccessRequest): Effect {
  const statements = [policy.Statement].flat() as readonly ResourceStatement[];
  const concerning = statements.filter((statement) => concerns(statement, service));
  return evaluate([{ Statement: concerning.map(({ Principal, ...statement }) => statement) }], request);
}

function concerns({ Principal: principal }: ResourceStatement, service: string): boolean {
  // One with NotPrincipal goes on to the evaluation, which refuses what it does not know.
  if (principal === undefined || principal === '*') return true;
  return [principal.AWS].flat().includes('*') || [principal.Service].flat().includes(service);
}
