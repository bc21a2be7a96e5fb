import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { StageOwnerStore } from '../stages/ports.ts';

export class DynamoStageOwnerStore implements StageOwnerStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async put(stageId: string, ownerId: UserId, signal?: AbortSignal): Promise<void> {
    const command = new PutCommand({ TableName: this.#tableName, Item: { stageId, ownerId } });
    await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
  }

  async get(stageId: string): Promise<UserId | undefined> {
    const command = new GetCommand({ TableName: this.#tableName, Key: { stageId }, ConsistentRead: true });
    const { Item } = await this.#client.send(command);
    return Item?.ownerId as UserId | undefined;
  }

  async delete(stageId: string, signal?: AbortSignal): Promise<void> {
    const command = new DeleteCommand({ TableName: this.#tableName, Key: { stageId } });
    await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
  }
}
