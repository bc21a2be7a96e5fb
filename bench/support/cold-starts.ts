import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import { httpEvent } from '../../test/support/http-event.ts';
import { quantile } from './bars.ts';
import { bare, deployed, linkPackages, naive, type Variant } from './bundle-variants.ts';
import { makeCertificate } from './self-signed-certificate.ts';

export interface ColdStart extends Variant {
  /** Of the faster quarter of processes, its slowest: whatever else the machine does disturbs the others. */
  readonly initMs: number;
  readonly firstMs: number;
}

const run = promisify(execFile);
const RUNNER = fileURLToPath(new URL('cold-start.cjs', import.meta.url));
const SIGN_IN = {
  triggerSource: 'PostAuthentication_Authentication',
  userName: 'ada',
  request: { userAttributes: { sub: 'ada', preferred_username: 'Ada' } },
  response: {},
};
const TOKEN = httpEvent('POST /stages/{ownerId}/tokens', { pathParameters: { ownerId: 'ada' }, body: '{}' });

/** Starts each bundle in so many fresh processes, in turns, against an AWS on this machine that answers at once by TLS. */
export async function measureColdStarts(times: number): Promise<readonly ColdStart[]> {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-bench-'));
  linkPackages(directory);
  const server = await startAws();
  try {
    const starts = [
      { variant: bare(directory), event: {} },
      { variant: deployed('tokens'), event: TOKEN },
      { variant: naive('tokens', directory), event: TOKEN },
      { variant: deployed('sign-in'), event: SIGN_IN },
      { variant: naive('sign-in', directory), event: SIGN_IN },
    ].map((start) => ({ ...start, initMs: [] as number[], firstMs: [] as number[] }));
    for (let i = 0; i < times; i++) {
      for (const { variant, event, initMs, firstMs } of starts) {
        const taken = await startOnce(variant, event, (server.address() as AddressInfo).port);
        initMs.push(taken.initMs);
        firstMs.push(taken.firstMs);
      }
    }
    return starts.map(({ variant, initMs, firstMs }) => ({
      ...variant,
      initMs: quantile(initMs, 0.25),
      firstMs: quantile(firstMs, 0.25),
    }));
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true });
  }
}

async function startOnce({ name, file }: Variant, event: object, port: number) {
  const { stdout } = await run(process.execPath, [RUNNER, file, JSON.stringify(event)], { env: environment(port) });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const taken = JSON.parse(line) as { initMs: number; firstMs: number; answer: { statusCode?: number } };
  if ((taken.answer.statusCode ?? 201) !== 201) throw new Error(`${name} failed: ${stdout}`);
  return taken;
}

/** As the template sets it, with an AWS whose certificate nobody has signed. */
const environment = (port: number) => ({
  ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  ...{ AWS_ENDPOINT_URL: `https://127.0.0.1:${port}`, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
  ...{ DEPLOYMENT_NAME: 'Stagedoor', INITIAL_VISIBILITY: 'public', STAGE_CHECK_DAYS: '5', STALE_AFTER_DAYS: '30' },
  ...{ TOKEN_MINUTES: '60', TOKEN_ISSUER: 'key-pair', STAGE_QUOTA: '1000', SIGNING_SECRET_ARN: 's' },
  ...{ PROFILES_TABLE_NAME: 'p', STAGE_OWNERS_TABLE_NAME: 'o', STAGE_MEMBERS_TABLE_NAME: 'm' },
  ...{ PROVISIONING_QUEUE_URL: 'https://q.invalid', ROOM_QUEUE_URL: 'https://r.invalid' },
});

/** Knows one user with a stage, and one signing key. */
async function startAws(): Promise<Server> {
  const profile = profileItem();
  const value = JSON.stringify({
    publicKeyArn: 'arn:aws:ivs:us-east-1:000000000000:public-key/abcdABCDefgh',
    privateKey: new P384KeyPairs().generate().privateKey,
    importedAt: new Date(0).toISOString(),
  });
  const answers: Readonly<Record<string, object>> = {
    BatchGetItem: { Responses: { p: [profile] }, UnprocessedKeys: {} },
    UpdateItem: { Attributes: profile },
    GetSecretValue: { SecretString: value },
  };
  const server = createServer(makeCertificate(), (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.writeHead(operation in answers ? 200 : 400).end(JSON.stringify(answers[operation] ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function profileItem() {
  const now = new Date().toISOString();
  const endpoints = { events: { S: 'wss://events.invalid' }, whip: { S: 'https://whip.invalid' } };
  const times = { stageCreatedAt: { S: now }, endpointsAt: { S: now }, checkedAt: { S: now } };
  const stage = { stageArn: { S: 'arn:aws:ivs:us-east-1:000000000000:stage/abcdABCDefgh' }, stageName: { S: 'one' } };
  return {
    ...stage,
    ...times,
    userId: { S: 'ada' },
    displayName: { S: 'Ada' },
    visibility: { S: 'public' },
    stageAttempt: { S: 'a1' },
    endpoints: { M: endpoints },
  };
}
