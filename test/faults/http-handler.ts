/** A request as the SDK hands it to its HTTP handler, as far as it is read or changed here. */
export interface WireRequest {
  hostname: string;
  port?: number | undefined;
  protocol: string;
  readonly path: string;
  headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface HandlerOptions {
  readonly abortSignal?: AbortSignal;
}

export interface Answer {
  readonly response: { readonly statusCode: number; readonly headers: object; readonly body?: unknown };
}

/** An HTTP handler of the SDK, as far as it is wrapped. */
export interface Handler {
  handle(request: WireRequest, options?: HandlerOptions): Promise<Answer>;
  updateHttpClientConfig(name: 'connectionTimeout' | 'requestTimeout', ms: number): void;
}

export async function drop({ response: { body } }: Answer): Promise<void> {
  for await (const _chunk of body as AsyncIterable<unknown>);
}

/** With table and index, or by its path: IVS knows operations by paths. */
export function operationIn({ headers, path, body }: WireRequest): string {
  const operation = headers['x-amz-target']?.split('.')[1];
  if (operation === undefined) return path.startsWith('/tags/') ? 'ListTagsForResource' : path.slice(1);
  const { TableName, IndexName, RequestItems } = parse(body);
  const table = TableName ?? (RequestItems && Object.keys(RequestItems).sort().join(', '));
  return [operation, ...(table ? [IndexName ? `${table}/${IndexName}` : table] : [])].join(' ');
}

/** What DynamoDB answers to a batch that it did nothing of. */
export function nothingProcessed({ body }: WireRequest): object {
  const { RequestItems } = parse(body);
  return { Responses: {}, UnprocessedKeys: RequestItems, UnprocessedItems: RequestItems };
}

interface TableRequest {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: object;
}

const parse = (body: unknown): TableRequest =>
  JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array));
