import type { IncomingHttpHeaders } from 'node:http';
import { type AccessRequest, evaluate, type PolicyDocument } from './evaluate.ts';

export interface ApiCall extends AccessRequest {
  /** Undefined for an unsigned call. */
  readonly accessKeyId: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** Empty when allowed, otherwise the words of AWS. */
  readonly message: string;
}

export type Authorize = (call: ApiCall) => Decision;

export interface Principal {
  /** As AWS names it in a refusal, for example `arn:aws:sts::123456789012:assumed-role/ROLE/FUNCTION`. */
  readonly arn: string;
  readonly policies: readonly PolicyDocument[];
}

const ALLOWED: Decision = { allowed: true, message: '' };

/** Calls with an access key that is none of the principals', or with none, are the operator's and allowed. */
export function createAuthorizer(
  principals: ReadonlyMap<string, Principal>,
  onDecision: (call: ApiCall, decision: Decision) => void = () => {},
): Authorize {
  return (call) => {
    const principal = principals.get(call.accessKeyId ?? '');
    const decision = principal === undefined ? ALLOWED : decide(principal, call);
    onDecision(call, decision);
    return decision;
  };
}

function decide({ arn, policies }: Principal, call: ApiCall): Decision {
  const effect = evaluate(policies, call);
  if (effect === 'Allowed') return ALLOWED;
  const { action } = call;
  const reason =
    effect === 'ExplicitlyDenied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return {
    allowed: false,
    message: `User: ${arn} is not authorized to perform: ${action} on resource: ${call.resource} ${reason}`,
  };
}

/** The caller's key of a SigV4 signed request. The signature itself is not verified: this is one developer's machine. */
export function accessKeyIdOf(headers: IncomingHttpHeaders): string | undefined {
  return /^AWS4-HMAC-SHA256 .*\bCredential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1];
}

export type { PolicyDocument } from './evaluate.ts';
