import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Profile } from '../stages/profile.ts';
import { type ProfileItem, toProfile } from './profile-item.ts';

/** One conditional write on one profile. In `condition`, `#name` and `:name` stand for attributes and `values` by name. */
export interface ProfileUpdate {
  readonly userId: string;
  readonly set?: Partial<ProfileItem>;
  /** Set only where the item has no such attribute yet. */
  readonly setIfAbsent?: Partial<ProfileItem>;
  readonly remove?: readonly (keyof ProfileItem)[];
  readonly condition?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The profile after the write, or undefined if its condition did not hold. */
export async function updateProfile(
  client: DynamoDBDocumentClient,
  TableName: string,
  update: ProfileUpdate,
  signal?: AbortSignal,
): Promise<Profile | undefined> {
  const command = toCommand(TableName, update);
  try {
    const { Attributes } = await client.send(command, { ...(signal && { abortSignal: signal }) });
    return toProfile(Attributes as ProfileItem);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

function toCommand(TableName: string, { userId, condition, values, ...changes }: ProfileUpdate): UpdateCommand {
  const expression = toExpression(changes);
  const used = Object.entries({ ...changes.set, ...changes.setIfAbsent, ...values });
  return new UpdateCommand({
    TableName,
    Key: { userId },
    UpdateExpression: expression,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: namesIn(`${expression} ${condition ?? ''}`),
    ...(used.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(used.map(([name, value]) => [`:${name}`, value])),
    }),
    ReturnValues: 'ALL_NEW',
  });
}

function toExpression({ set = {}, setIfAbsent = {}, remove = [] }: Omit<ProfileUpdate, 'userId'>): string {
  const assignments = [
    ...Object.keys(set).map((name) => `#${name} = :${name}`),
    ...Object.keys(setIfAbsent).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  return [
    ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`] : []),
  ].join(' ');
}

/** Every name goes through a placeholder, so that none can clash with DynamoDB's reserved words. */
const namesIn = (expression: string): Record<string, string> =>
  Object.fromEntries([...expression.matchAll(/#(\w+)/g)].map(([placeholder, name]) => [placeholder, name as string]));
