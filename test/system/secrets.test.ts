import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OpenedIngest, ParticipantToken } from '../../contract/stages.ts';
import { DEMO_PASSWORD } from '../../local/cloud/index.ts';
import { eventually, type LocalSystem, startLocalSystem } from '../support/local-system.ts';

let system: LocalSystem;
const events: string[] = [];
beforeAll(async () => {
  system = await startLocalSystem();
  system.cloud.ivs.onEvent = (event) => {
    events.push(JSON.stringify(event));
    return system.cloud.putEvent(event);
  };
});
afterAll(() => system.close());

const config = () => ({
  region: 'us-east-1',
  credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
});

async function tableItems(): Promise<readonly string[]> {
  const client = new DynamoDBClient({ ...config(), endpoint: String(system.cloud.outputs.DynamoDbEndpoint) });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const scans = await Promise.all(TableNames.map((TableName) => client.send(new ScanCommand({ TableName }))));
  client.destroy();
  return scans.flatMap(({ Items = [] }) => Items.map((item) => JSON.stringify(item)));
}

async function privateKey(): Promise<string> {
  const client = new SecretsManagerClient({
    ...config(),
    endpoint: String(system.cloud.outputs.SecretsManagerEndpoint),
  });
  const SecretId = String(system.cloud.outputs.SigningSecretArn);
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
  return (JSON.parse(SecretString) as { privateKey?: string }).privateKey ?? '';
}

it('no secret that was handed out in a whole journey is in a log line, a table item or an event', async () => {
  const ada = await system.signIn('ada');
  const grace = await system.signIn('grace');
  const secrets: string[] = [DEMO_PASSWORD, ada.accessToken, ada.idToken, grace.accessToken];
  const path = `/stages/${ada.userId}/tokens`;
  const take = async (user: typeof ada, at: string, body?: object): Promise<ParticipantToken> => {
    const { status, body: token } = await user.post(at, body);
    expect(status).toBeLessThan(300);
    secrets.push(token.token);
    return token;
  };
  await eventually(async () => (await take(ada, path)).issuedBy === 'key-pair');
  const held = await take(ada, path);
  await take(ada, `${path}/exchange`, { token: held.token, capabilities: ['SUBSCRIBE_AUDIO'] });
  await take(grace, path);
  const { presence } = await system.join(ada, ada.userId);
  presence.publish();
  await eventually(async () => (await ada.get('/me/stage')).body.live);
  const { streamKey } = (await ada.post('/me/stage/ingests')).body as unknown as OpenedIngest;
  secrets.push(streamKey);
  await ada.delete(`/stages/${ada.userId}/participants/${presence.participantId}`);
  await system.cleanUp({});
  const lines = (await privateKey()).split('\n').filter((line) => line.length > 20 && !line.includes('PRIVATE KEY'));
  expect(lines.length).toBeGreaterThan(0);
  expect(secrets.every((secret) => secret.length > 10)).toBe(true);

  const places = { log: system.logLines, table: await tableItems(), event: events };
  for (const [place, texts] of Object.entries(places)) {
    expect({ place, texts: texts.length > 0 }).toEqual({ place, texts: true });
    for (const secret of [...secrets, ...lines]) {
      expect({ place, found: texts.filter((text) => text.includes(secret)) }).toEqual({ place, found: [] });
    }
  }
}, 60_000);
