import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { SqsRightsCheckQueue } from '../../../lambdas/adapters/sqs-rights-check-queue.ts';
import { createAuthorizer } from '../../../local/cloud/iam/authorize.ts';
import { startSqs } from '../../../local/cloud/sqs/index.ts';

it('sends a check that nobody receives before its delay is over', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const authorize = createAuthorizer(new Map());
  const sqs = await startSqs({ region: 'us-east-1', accountId: '000000000000', authorize, now: () => now });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'none' };
  const client = new SQSClient({ endpoint: sqs.url, region: 'us-east-1', credentials });
  const { url, arn } = sqs.createQueue('checks', {});
  await new SqsRightsCheckQueue(client, url).send({ ownerId: 'ada', userId: 'grace' }, 10);
  now += 9_999;
  expect(sqs.messages(arn)).toMatchObject({ visible: 0 });
  now += 1;
  expect(sqs.messages(arn)).toMatchObject({ visible: 1 });
  client.destroy();
  await sqs.close();
});
