import type { PageConfig } from '../../web/page-config.ts';
import { securityHeaders } from '../../web/security-headers.ts';
import type { HttpServer } from './aws-json-server.ts';
import { type Cognito, startCognito } from './cognito/index.ts';
import { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';
import { startHttpApi } from './http-api/index.ts';
import { type Lambda, startLambda } from './lambda/index.ts';
import { given, prepareRun, type Run, type RunOptions } from './run.ts';
import { type Scheduler, startScheduler } from './scheduler/index.ts';
import { type SecretsManager, startSecretsManager } from './secrets-manager/index.ts';
import { type DataServices, startDataServices } from './start-data-services.ts';
import { readFunctions, readHttpApi, readMappings, readSchedules, readUserPool } from './template/read-resources.ts';
import { readSecrets } from './template/read-secrets.ts';
import { type Site, startWebPage } from './web-page.ts';

export interface LocalCloudOptions extends RunOptions {
  /** Of the built web page; `buildPage` makes one. Default: none, and the page's address answers 404. */
  readonly pageDirectory?: string;
  /** Of the web page. Default 0: any free port. */
  readonly webPort?: number;
  /** Of the HTTP API. Default 0: any free port. */
  readonly apiPort?: number;
  /** `real` (default) refuses IVS calls beyond AWS's rates, `off` refuses none. */
  readonly ivsQuotas?: 'real' | 'off';
  /** Whether a refused IVS call counts against the rate as well, so that hammering never gets through. Default false. */
  readonly ivsCountsRefusedCalls?: boolean;
  /** How many stages the region allows. Default 1,000, as on AWS. */
  readonly ivsStageQuota?: number;
  /** How many poll a queue at once where the template does not limit them. Default 1; Lambda begins with five. */
  readonly pollers?: number;
  /** Whether participants can publish and view: starts the emulator's media process. Default false. */
  readonly media?: boolean;
}

export interface LocalCloud extends DataServices {
  /** The stack's outputs with local addresses, and the endpoints of the run. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly lambda: Lambda;
  readonly cognito: Cognito;
  readonly runSchedule: Scheduler['runSchedule'];
  /**
   * Rotates a secret after a rotation that runs, and waits for the end of the retries. One that broke off is brought to
   * its end instead.
   */
  readonly rotateSecret: SecretsManager['rotateSecret'];
  /** Stops all of it, the last started first. */
  close(): Promise<void>;
}

type OnClose = (closer: () => unknown) => void;

/** Runs a synthesized template: every resource in it that acts is started here, and wired as the template says. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await startServices(options, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startServices(options: LocalCloudOptions, onClose: OnClose): Promise<Omit<LocalCloud, 'close'>> {
  const run = prepareRun(options);
  const ivsChoices = {
    quotas: options.ivsQuotas ?? 'real',
    limiterCountsRefusedCalls: options.ivsCountsRefusedCalls ?? false,
    ...given('stageQuota', options.ivsStageQuota),
    ...(options.media && { media: {} }),
  };
  const data = await startDataServices(run, ivsChoices, onClose);
  // They call functions, whose environment may name their addresses: so the functions come last, and are called through this.
  let lambda: Lambda | undefined;
  const invoke: Invoke = async (functionArn, event) => {
    if (lambda === undefined) throw new Error(`${functionArn} was called before the functions had started`);
    return lambda.invoke(functionArn, event);
  };
  const cognito = await startUserPool(run, invoke, onClose);
  const secrets = await startSecrets(run, invoke, onClose);
  let outputs: Readonly<Record<string, string>> = {};
  const page = await startWebPage({
    port: options.webPort ?? 0,
    directory: options.pageDirectory,
    readSite: () => describeSite(run, outputs),
  });
  onClose(() => page.close());
  const addresses = { sqs: data.sqs.url, cognito: cognito.url };
  const api = await startApi(run, { port: options.apiPort ?? 0, addresses, origin: page.url, invoke }, onClose);

  const template = run.template({ ...addresses, api: api.url });
  lambda = await startFunctions(run, template, { ...data, cognito, secrets, pollers: options.pollers ?? 1 }, onClose);
  outputs = {
    ...readOutputs(template.resolve(run.assembly.template.Outputs ?? {})),
    WebUrl: page.url,
    CognitoEndpoint: cognito.url,
    DynamoDbEndpoint: data.dynamoDb.url,
    IvsEndpoint: data.ivs.url,
    LambdaEndpoint: lambda.url,
    SecretsManagerEndpoint: secrets.url,
    SqsEndpoint: data.sqs.url,
  };
  const { runSchedule, close } = startScheduler({ schedules: readSchedules(template), lambda, now: run.now });
  onClose(close);
  secrets.startRotating();
  onClose(() => secrets.stopRotating());
  const { rotateSecret } = secrets;
  return { ...data, outputs, apiUrl: api.url, webUrl: page.url, lambda, cognito, runSchedule, rotateSecret };
}

/** The page calls the API, Cognito and IVS at addresses of their own, so cross-origin as on AWS. */
function describeSite(run: Run, outputs: Readonly<Record<string, string>>): Site {
  const { ApiUrl = '', CognitoEndpoint = '', IvsEndpoint = '', Region = '', UserPoolId = '' } = outputs;
  const config: PageConfig = {
    apiUrl: ApiUrl,
    region: Region,
    userPoolId: UserPoolId,
    userPoolClientId: outputs.UserPoolClientId ?? '',
    selfSignUp: readUserPool(run.template()).selfSignUp,
    local: {
      cognitoEndpoint: CognitoEndpoint,
      ivsEndpoint: IvsEndpoint,
      demoUsers: DEMO_USERS.map(({ userName }) => userName),
      demoPassword: DEMO_PASSWORD,
    },
  };
  const connectTo = [ApiUrl, CognitoEndpoint, IvsEndpoint].map((url) => url && new URL(url).origin);
  return { config, headers: securityHeaders({ connectTo, https: false }) };
}

type Invoke = Lambda['invoke'];

async function startUserPool(run: Run, invoke: Invoke, onClose: OnClose): Promise<Cognito> {
  const { authorize, log, now } = run;
  const definition = readUserPool(run.template());
  const file = given('file', run.dataPath('cognito.json'));
  const cognito = await startCognito({ ...file, definition, authorize, invoke, log, now });
  onClose(() => cognito.close());
  for (const user of DEMO_USERS) await cognito.addUser(user);
  return cognito;
}

async function startSecrets(run: Run, invoke: Invoke, onClose: OnClose): Promise<SecretsManager> {
  const { authorize, log, now } = run;
  const kept = { secrets: readSecrets(run.template()), ...given('file', run.dataPath('secrets.json')) };
  const secrets = await startSecretsManager({ ...kept, authorize, invoke, log, now });
  onClose(() => secrets.close());
  return secrets;
}

interface ApiPlace {
  readonly port: number;
  readonly addresses: Parameters<Run['template']>[0] & object;
  /** Of the web page, which may call the API beside the template's origins. */
  readonly origin: string;
  readonly invoke: Invoke;
}

async function startApi(run: Run, place: ApiPlace, onClose: OnClose): Promise<HttpServer> {
  const { accountId, log, now } = run;
  const api = readHttpApi(run.template(place.addresses));
  const cors = api.cors && { ...api.cors, allowOrigins: [...api.cors.allowOrigins, place.origin] };
  const definition = { ...api, ...given('cors', cors) };
  const server = await startHttpApi({ port: place.port, accountId, definition, invoke: place.invoke, log, now });
  onClose(() => server.close());
  return server;
}

interface CalledServices extends DataServices {
  readonly cognito: Cognito;
  readonly secrets: SecretsManager;
  readonly pollers: number;
}

async function startFunctions(
  { region, accountId, assembly, log }: Run,
  template: ReturnType<Run['template']>,
  { dynamoDb, sqs, ivs, cognito, secrets, pollers }: CalledServices,
  onClose: OnClose,
): Promise<Lambda> {
  const lambda = await startLambda({
    region,
    accountId,
    functions: readFunctions(template, assembly.assetDirectories),
    environment: {
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      AWS_ENDPOINT_URL_IVS_REALTIME: ivs.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_SQS: sqs.url,
    },
    log: (functionName, line) => log(`[${functionName}] ${line}`),
  });
  onClose(() => lambda.close());
  for (const { functionName, maximumConcurrency = pollers, ...mapping } of readMappings(template)) {
    const poll = sqs.poll({
      ...mapping,
      pollers: maximumConcurrency,
      invoke: (event) => lambda.invoke(functionName, event),
    });
    onClose(() => poll.close());
  }
  return lambda;
}

function readOutputs(resolved: unknown): Record<string, string> {
  const outputs = Object.entries(resolved as Readonly<Record<string, { readonly Value: unknown }>>);
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, String(Value)]));
}
