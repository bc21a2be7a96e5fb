import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Deployment } from './deployment.ts';

export interface AwsClients {
  readonly ivs: IVSRealTimeClient;
  readonly cognito: CognitoIdentityProviderClient;
  /** Calls a function and waits for its answer. */
  invoke(functionName: string, event: object): Promise<unknown>;
  /** Calls so far, those counted that the SDK repeated. */
  callCount(): number;
  close(): void;
}

/** A local run takes any credentials but a function's for the operator's. */
const LOCAL_OPERATOR = { accessKeyId: 'operator', secretAccessKey: 'operator' };
/** As long as fetch waits. */
const LONGEST_INVOCATION_MS = 300_000;

/** With the operator's credentials, from the environment. */
export function connectToAws({ Region: region, ...outputs }: Deployment): AwsClients {
  const { IvsEndpoint, CognitoEndpoint, LambdaEndpoint } = outputs;
  const optionsFor = (endpoint: string | undefined) => ({
    region,
    maxAttempts: 5,
    ...(endpoint !== undefined && { endpoint, credentials: LOCAL_OPERATOR }),
  });
  let calls = 0;
  const count =
    <Args, Answer>(call: (args: Args) => Answer) =>
    (args: Args) => {
      calls += 1;
      return call(args);
    };
  const ivs = new IVSRealTimeClient(optionsFor(IvsEndpoint));
  const cognito = new CognitoIdentityProviderClient(optionsFor(CognitoEndpoint));
  // Below the SDK's own tries.
  const place = { step: 'finalizeRequest', priority: 'low' } as const;
  ivs.middlewareStack.add((next) => count(next), place);
  cognito.middlewareStack.add((next) => count(next), place);
  const { credentials, sha256 } = ivs.config;
  const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256 });
  const lambdaUrl = LambdaEndpoint ?? `https://lambda.${region}.amazonaws.com`;
  return {
    ivs,
    cognito,
    invoke: (functionName, event) => {
      calls += 1;
      return invoke(signer, new URL(`/2015-03-31/functions/${functionName}/invocations`, lambdaUrl), event);
    },
    callCount: () => calls,
    close: () => {
      ivs.destroy();
      cognito.destroy();
    },
  };
}

/** One call is all that is needed of Lambda's API, so its client is not a dependency. */
async function invoke(signer: SignatureV4, url: URL, event: object): Promise<unknown> {
  const { protocol, hostname, port, pathname: path, host } = url;
  const request = {
    ...{ method: 'POST', protocol, hostname, path, body: JSON.stringify(event) },
    ...(port !== '' && { port: Number(port) }),
    headers: { host, 'content-type': 'application/json' },
  };
  const { host: _host, ...headers } = (await signer.sign(request)).headers;
  const signal = AbortSignal.timeout(LONGEST_INVOCATION_MS);
  const response = await fetch(url, { method: request.method, headers, body: request.body, signal });
  const answer = await response.text();
  if (response.ok && !response.headers.has('x-amz-function-error')) return JSON.parse(answer);
  throw new Error(`Lambda answered ${response.status}: ${answer.slice(0, 500)}`);
}
