import { afterAll, beforeAll } from '@jest/globals';
import { DynamoProfileStore } from '../../../lambdas/adapters/dynamo-profile-store.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';
import { MemoryProfileStore } from '../../support/memory-profile-store.ts';
import { describeProfileStore } from '../../support/profile-store-contract.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
afterAll(() => tables.close());

describeProfileStore('DynamoProfileStore', async () => {
  await tables.clear();
  return new DynamoProfileStore(tables.client, tables.profiles);
});

describeProfileStore('MemoryProfileStore', async () => new MemoryProfileStore());
