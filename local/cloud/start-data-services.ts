import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type EmulatorState, type IvsEmulator, type IvsEmulatorOptions, startIvsEmulator } from '../ivs/index.ts';
import { type DynamoDb, startDynamoDb } from './dynamodb/index.ts';
import { createEventBus, type EventBus } from './events/index.ts';
import { given, type Run } from './run.ts';
import { type Sqs, startSqs } from './sqs/index.ts';
import { readQueues, readTables, type TableDefinition } from './template/read-resources.ts';
import { readRules } from './template/read-rules.ts';

/** What the run decides about the emulator. */
export type IvsChoices = Pick<IvsEmulatorOptions, 'quotas' | 'limiterCountsRefusedCalls' | 'stageQuota' | 'media'>;

export interface DataServices {
  readonly dynamoDb: DynamoDb;
  readonly sqs: Sqs;
  readonly ivs: IvsEmulator;
  /** Puts an event on the bus of the rules, where those of the IVS emulator arrive too. Nothing is added to it. */
  readonly putEvent: EventBus['put'];
}

/** Starts what the functions call, with the template's tables and queues. */
export async function startDataServices(
  run: Run,
  ivsChoices: IvsChoices,
  onClose: (closer: () => unknown) => void,
): Promise<DataServices> {
  const { region, accountId, authorize, now } = run;
  const shared = { region, accountId, authorize, now };
  const dynamoDb = await startDynamoDb({ ...shared, ...given('directory', run.dataPath('dynamodb')) });
  onClose(() => dynamoDb.close());
  await createTables(dynamoDb.url, region, readTables(run.template()));

  const sqs = await startSqs({ ...shared, ...given('file', run.dataPath('sqs.json')) });
  onClose(() => sqs.close());
  for (const { name, attributes } of readQueues(run.template())) sqs.createQueue(name, attributes);

  const { put: putEvent } = createEventBus({ rules: readRules(run.template()), send: sqs.send, log: run.log });
  const file = run.dataPath('ivs.json');
  const clock = () => new Date(now());
  const kept = {
    region,
    accountId,
    authorize,
    clock,
    onEvent: putEvent,
    ...ivsChoices,
    ...given('state', readState(file)),
  };
  const ivs = await startIvsEmulator(kept);
  onClose(() => ivs.close());
  if (file !== undefined) onClose(() => writeFileSync(file, JSON.stringify(ivs.snapshot())));
  return { dynamoDb, sqs, ivs, putEvent };
}

async function createTables(endpoint: string, region: string, tables: readonly TableDefinition[]): Promise<void> {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const { TableNames: existing = [] } = await client.send(new ListTablesCommand({}));
  for (const { create, timeToLiveAttribute } of tables) {
    if (existing.includes(create.TableName)) continue;
    await client.send(new CreateTableCommand(create as unknown as CreateTableCommandInput));
    if (timeToLiveAttribute === undefined) continue;
    const TimeToLiveSpecification = { AttributeName: timeToLiveAttribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: create.TableName, TimeToLiveSpecification }));
  }
  client.destroy();
}

function readState(file: string | undefined): EmulatorState | undefined {
  return file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as EmulatorState) : undefined;
}
