import { AwsError } from '../aws-json-server.ts';
import type { Authorize } from '../iam/authorize.ts';
import { type AttributeValue, findTable, type Input, type Item, type Store, type Table } from './dynalite.ts';

export interface AccessOptions {
  readonly region: string;
  readonly accountId: string;
  readonly authorize: Authorize;
}

/** Asks IAM about every table (or index) that the call names; throws AccessDeniedException as DynamoDB does. */
export async function assertAllowed(
  call: { readonly operation: string; readonly accessKeyId: string | undefined },
  input: Input,
  store: Store,
  { region, accountId, authorize }: AccessOptions,
): Promise<void> {
  const tableNames = input.RequestItems === undefined ? [input.TableName ?? '*'] : Object.keys(input.RequestItems);
  for (const name of tableNames) {
    const table = await findTable(store, name);
    const leadingKeys = table === undefined ? [] : findLeadingKeys(input, table);
    const arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
    const { allowed, message } = authorize({
      accessKeyId: call.accessKeyId,
      action: `dynamodb:${call.operation}`,
      resource: input.IndexName === undefined ? arn : `${arn}/index/${input.IndexName}`,
      context: leadingKeys.length === 0 ? {} : { 'dynamodb:LeadingKeys': leadingKeys },
    });
    if (!allowed) throw new AwsError('com.amazon.coral.service#AccessDeniedException', message);
  }
}

/** The partition key values that the call touches; none for a Scan. */
function findLeadingKeys(input: Input, table: Table): string[] {
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === input.IndexName);
  const attribute = (index ?? table).KeySchema[0]?.AttributeName ?? '';
  const keys = [input.Key, input.Item, ...findBatchKeys(input.RequestItems?.[table.TableName])];
  const values = [
    ...keys.map((key) => key?.[attribute]),
    ...(input.KeyConditions?.[attribute]?.AttributeValueList ?? []),
  ];
  return values.flatMap((value: AttributeValue | undefined) => Object.values(value ?? {}).map(String));
}

type BatchRequest = NonNullable<Input['RequestItems']>[string];

function findBatchKeys(request: BatchRequest | undefined): readonly (Item | undefined)[] {
  if (request === undefined) return [];
  if ('Keys' in request) return request.Keys;
  return request.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key);
}
