import { readFileSync } from 'node:fs';
import { z } from 'zod';

const outputs = z.object({
  DeploymentName: z.string(),
  Region: z.string(),
  ApiUrl: z.url(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  CleanUpFunctionName: z.string(),
  // Of a local run only.
  CognitoEndpoint: z.url().optional(),
  IvsEndpoint: z.url().optional(),
  LambdaEndpoint: z.url().optional(),
});

/** The outputs of one stack of ours. */
export type Deployment = z.infer<typeof outputs>;

/** Reads what `cdk deploy --outputs-file` wrote: the first stack in it that is one of ours. A web stack may stand beside it. */
export function readDeployment(file: string): Deployment {
  const stacks = Object.values(parse(file)).map((stack) => outputs.safeParse(stack));
  const found = stacks.find(({ success }) => success)?.data;
  if (found !== undefined) return found;
  const missing = stacks.map(({ error }) => error?.issues.map(({ path }) => path.join('.')).join(', '));
  throw new Error(`${file} names no deployment: its outputs lack ${missing.join('; ') || 'everything'}`);
}

function parse(file: string): object {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8'))) as object;
  } catch {
    throw new Error(`${file} holds no outputs: write them with \`cdk deploy --outputs-file FILE\``);
  }
}
