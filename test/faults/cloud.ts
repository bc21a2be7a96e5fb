import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Cognito, startCognito } from '../../local/cloud/cognito/index.ts';
import { type SecretsManager, startSecretsManager } from '../../local/cloud/secrets-manager/index.ts';
import { type Sqs, startSqs } from '../../local/cloud/sqs/index.ts';
import { type IvsEmulator, type Presence, type StageUpdate, startIvsEmulator } from '../../local/ivs/index.ts';
import { DEFINITION } from '../local/cloud/cognito/start-test-pool.ts';
import { type LocalTables, startLocalTables } from '../support/local-tables.ts';
import { TimedClock } from './timed-clock.ts';

/** AWS for one case after the other: tables, queues, secret, stages, and a clock that stands still but for what waits. */
export interface Cloud extends Services {
  readonly clock: TimedClock;
  readonly tables: LocalTables;
  readonly userPool: Cognito;
  readonly secretArn: string;
  /** What IVS put on the bus; whoever delivers it takes it out. */
  readonly events: StageUpdate[];
  /** Participants who joined, by participant id; those who were put out are gone. */
  readonly present: Map<string, { readonly userId: string; readonly presence: Presence }>;
  /** Stages that the arrangement made. */
  readonly arrangedStages: Set<string>;
  /** The rotation function, as Secrets Manager calls it. */
  rotate: (event: unknown) => Promise<void>;
  newId(): string;
  /** Empties it; time goes on. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** What starts in no time, and so is started anew for each case. */
interface Services {
  ivs: IvsEmulator;
  sqs: Sqs;
  secrets: SecretsManager;
  queues: Queues;
}

type Queues = Readonly<Record<'provisioning' | 'rooms' | 'rightsChecks', Queue>>;
interface Queue {
  readonly url: string;
  readonly arn: string;
}

/** Longer than signers go on with a key that they read. */
const KNOWLEDGE_MS = 20 * 60_000;

const allowed = () => ({ allowed: true, message: '' });
const place = { region: 'us-east-1', accountId: '000000000000' };
const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-key-AbCdEf';

/** Whoever the scenarios have in the user pool; nobody changes it, so one serves all. */
export async function startUserPool(): Promise<Cognito> {
  const userPool = await startCognito({
    definition: DEFINITION,
    authorize: allowed,
    invoke: async () => ({ payload: '{}' }),
    log: () => undefined,
  });
  for (const sub of ['ada', 'grace']) {
    const attributes = { sub, email: `${sub}@example.com` };
    await userPool.addUser({ userName: sub, password: 'Stage-door-1', attributes });
  }
  return userPool;
}

export async function startCloud(userPool: Cognito): Promise<Cloud> {
  const clock = new TimedClock();
  const tables = await startLocalTables();
  // From now on every item's last write is remembered, for the calls that shall not see it.
  tables.dynamoDb.faults = { indexLag: () => false };
  const events: StageUpdate[] = [];
  const start = () => startServices(clock, { events, rotate: (event) => cloud.rotate(event) });
  let ids = 0;
  const cloud: Cloud = {
    ...(await start()),
    clock,
    tables,
    userPool,
    secretArn,
    events,
    present: new Map(),
    arrangedStages: new Set(),
    rotate: async () => undefined,
    newId: () => `id-${++ids}`,
    reset: async () => {
      await Promise.all([closeServices(cloud), clearTables(tables)]);
      for (const kept of [cloud.present, cloud.arrangedStages]) kept.clear();
      events.length = 0;
      // Nobody trusts what they learned of the one before.
      clock.advance(KNOWLEDGE_MS);
      Object.assign(cloud, await start());
    },
    close: async () => {
      await Promise.all([closeServices(cloud), tables.close()]);
    },
  };
  return cloud;
}

const KEYS = { profiles: ['userId'], stageOwners: ['stageId'], stageMembers: ['ownerId', 'memberKey'] } as const;

async function clearTables(tables: LocalTables): Promise<void> {
  for (const [table, keys] of Object.entries(KEYS) as [keyof typeof KEYS, readonly string[]][]) {
    const name = tables[table];
    const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: name }));
    const deletes = Items.map((item) => ({
      DeleteRequest: { Key: Object.fromEntries(keys.map((key) => [key, item[key]])) },
    }));
    if (deletes.length > 0) await tables.client.send(new BatchWriteCommand({ RequestItems: { [name]: deletes } }));
  }
}

const closeServices = ({ ivs, sqs, secrets }: Services) => Promise.all([secrets.close(), sqs.close(), ivs.close()]);

async function startServices(
  clock: TimedClock,
  { events, rotate }: Pick<Cloud, 'events' | 'rotate'>,
): Promise<Services> {
  const nowMs = () => clock.now().getTime();
  const ivs = await startIvsEmulator({ quotas: 'off', clock: clock.now, onEvent: (event) => void events.push(event) });
  const sqs = await startSqs({ ...place, authorize: allowed, now: nowMs });
  const secrets = await startSecretsManager({
    secrets: [
      {
        arn: secretArn,
        name: 'signing-key',
        createValue: () => JSON.stringify({ noKeyYet: randomUUID() }),
        rotation: { functionArn: 'rotation', rules: {}, periodMs: 86_400_000, rotatesAtOnce: false },
      },
    ],
    authorize: allowed,
    invoke: (_arn, event) => asLambdaAnswers(rotate(event)),
    log: () => undefined,
    now: nowMs,
    retryDelaysMs: [0, 0],
  });
  const createQueue = (name: string, attributes: Readonly<Record<string, string>>): Queue => ({
    // The SDK warns of addresses that are not AWS's.
    url: `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`,
    arn: sqs.createQueue(name, attributes).arn,
  });
  const queues = {
    provisioning: createQueue('provisioning.fifo', { FifoQueue: 'true' }),
    rooms: createQueue('rooms.fifo', { FifoQueue: 'true' }),
    rightsChecks: createQueue('rights-checks', {}),
  };
  return { ivs, sqs, secrets, queues };
}

const asLambdaAnswers = (result: Promise<void>) =>
  result.then(
    () => ({ payload: 'null' }),
    ({ message, name }: Error) => ({ error: { errorMessage: message, errorType: name } }),
  );
