import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startDynamoDb } from '../../../../local/cloud/dynamodb/index.ts';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import { type FunctionDefinition, type LambdaOptions, startLambda } from '../../../../local/cloud/lambda/index.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Starts a Lambda with one function `greet` whose bundle is this CommonJS source. */
async function start(
  source: string,
  definition: Partial<FunctionDefinition> = {},
  options: Partial<LambdaOptions> = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'lambda-test-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'index.js'), source);
  const lines: string[] = [];
  const lambda = await startLambda({
    region: 'eu-west-1',
    accountId: '111122223333',
    functions: [
      {
        name: 'greet',
        arn: 'arn:aws:lambda:eu-west-1:111122223333:function:greet',
        directory,
        handler: 'index.handler',
        timeoutSeconds: 3,
        memoryMb: 256,
        environment: {},
        accessKeyId: 'KEYOFGREET',
        ...definition,
      },
    ],
    environment: {},
    log: (_name, line) => lines.push(line),
    ...options,
  });
  cleanUps.push(() => lambda.close());
  return { lambda, lines };
}

async function until(condition: () => boolean) {
  for (let tries = 0; !condition() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

const payloadOf = (result: object) => JSON.parse('payload' in result ? String(result.payload) : 'undefined');

describe('a function', () => {
  it('gets the event and the context, and what it returns is the payload', async () => {
    const { lambda } = await start(`exports.handler = async (event, context) => ({
      event, ...context, remaining: context.getRemainingTimeInMillis() })`);
    expect(payloadOf(await lambda.invoke('greet', { name: 'Ada' }))).toEqual({
      event: { name: 'Ada' },
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'greet',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/greet',
      logStreamName: expect.stringContaining('[$LATEST]'),
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:greet',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      remaining: expect.any(Number),
    });
  });

  it('is found by its ARN, and an unknown one is a ResourceNotFoundException', async () => {
    const { lambda } = await start('exports.handler = async () => {}');
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:greet';
    expect(await lambda.invoke(arn, {})).toEqual({ payload: 'null' });
    await expect(lambda.invoke('other', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
    expect(() => lambda.invokeAsync('other', {})).toThrow('Function not found');
  });

  it('has its own environment and the one of the run, but nothing of this process', async () => {
    process.env.LEAKED = 'secret of the developer';
    const { lambda } = await start(
      'exports.handler = async () => process.env',
      { environment: { TABLE: 'Profiles', NODE_OPTIONS: '--enable-source-maps' } },
      { environment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' } },
    );
    const environment = payloadOf(await lambda.invoke('greet', {}));
    delete process.env.LEAKED;
    expect(environment).toMatchObject({
      TABLE: 'Profiles',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'KEYOFGREET',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'greet',
      _HANDLER: 'index.handler',
    });
    expect(environment).not.toHaveProperty('LEAKED');
    expect(environment).not.toHaveProperty('PATH');
  });

  it('keeps its module between invocations and reports what it writes', async () => {
    const { lambda, lines } = await start(`let count = 0;
      exports.handler = async () => { console.log('count', ++count); console.error('to stderr'); return count; }`);
    await lambda.invoke('greet', {});
    expect(await lambda.invoke('greet', {})).toEqual({ payload: '2' });
    await until(() => lines.length === 4);
    expect(lines).toEqual(['count 1', 'to stderr', 'count 2', 'to stderr']);
  });

  it('runs as CommonJS although a package.json of this repository says otherwise', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambda-test-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    await mkdir(join(directory, 'asset'));
    await writeFile(join(directory, 'asset/index.js'), 'exports.handler = async () => __dirname');
    const { lambda } = await start('', { directory: join(directory, 'asset') });
    const taskRoot = payloadOf(await lambda.invoke('greet', {}));
    expect(taskRoot).not.toContain(directory);
    await lambda.close();
    cleanUps.pop();
    expect(existsSync(taskRoot)).toBe(false);
  });
});

describe('a sandbox', () => {
  it('is frozen once it answered: what is left behind runs on with the next invocation', async () => {
    const { lambda, lines } = await start(`exports.handler = async (event) => {
      if (event.leave) setTimeout(() => console.log('left behind'), 20);
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }`);
    await lambda.invoke('greet', { leave: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lines).toEqual([]);
    await lambda.invoke('greet', {});
    await until(() => lines.length > 0);
    expect(lines).toEqual(['left behind']);
  });

  const NAP = `const sandbox = Math.random();
    exports.handler = async (event) => { await new Promise((resolve) => setTimeout(resolve, 20)); return sandbox; }`;

  it('is one of at most so many: further calls wait', async () => {
    const { lambda } = await start(NAP, {}, { maxSandboxes: 2 });
    const calls = await Promise.all([0, 1, 2, 3, 4, 5].map(() => lambda.invoke('greet', {})));
    expect(new Set(calls.map(payloadOf)).size).toBe(2);
  });

  it('takes the waiting calls in order', async () => {
    const { lambda } = await start(NAP, {}, { maxSandboxes: 1 });
    const finished: number[] = [];
    const call = (index: number) => lambda.invoke('greet', {}).then(() => finished.push(index));
    await Promise.all([0, 1, 2, 3].map(call));
    expect(finished).toEqual([0, 1, 2, 3]);
  });

  it('is stopped when the function takes too long, and the next call has a new one', async () => {
    const source = `exports.handler = async (event) => { for (;event.hang;) {} return 'ok'; }`;
    const { lambda } = await start(source, { timeoutSeconds: 1 });
    expect(await lambda.invoke('greet', { hang: true })).toEqual({
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^\d{4}-.*Z [0-9a-f-]{36} Task timed out after 1\.00 seconds$/),
      },
    });
    expect(await lambda.invoke('greet', {})).toEqual({ payload: '"ok"' });
  });

  it('does not count its initialization towards the timeout', async () => {
    const source = `const until = Date.now() + 1200; while (Date.now() < until); exports.handler = async () => 'ok'`;
    const { lambda } = await start(source, { timeoutSeconds: 1 });
    expect(await lambda.invoke('greet', {})).toEqual({ payload: '"ok"' });
  });

  it('is closed although its function still runs', async () => {
    const { lambda, lines } = await start(
      `exports.handler = () => { console.log('on'); return new Promise(() => setInterval(() => {}, 1000)) }`,
      {
        timeoutSeconds: 60,
      },
    );
    const invocation = lambda.invoke('greet', {});
    await until(() => lines.includes('on'));
    await lambda.close();
    cleanUps.pop();
    expect(await invocation).toMatchObject({ error: { errorType: 'Runtime.ExitError' } });
  });
});

describe('an SDK client in a function', () => {
  const source = `
    const { createRequire } = require('node:module');
    const { DynamoDBClient, GetItemCommand, PutItemCommand } =
      createRequire(${JSON.stringify(import.meta.url)})('@aws-sdk/client-dynamodb');
    const client = new DynamoDBClient();
    exports.handler = async ({ write }) => {
      const Command = write ? PutItemCommand : GetItemCommand;
      await client.send(new Command({ TableName: 'Profiles', Key: { userId: { S: 'ada' } }, Item: { userId: { S: 'ada' } } }));
    }`;
  const Resource = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Profiles';
  const policies = [{ Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource }] }];
  const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/Role/greet', policies };

  it('reaches the local services with the rights of the role, and nothing else', async () => {
    const authorize = createAuthorizer(new Map([['KEYOFGREET', principal]]));
    const dynamoDb = await startDynamoDb({ region: 'eu-west-1', accountId: '111122223333', authorize });
    cleanUps.push(() => dynamoDb.close());
    const { lambda } = await start(source, {}, { environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url } });
    const missing = { error: { errorType: 'ResourceNotFoundException' } };
    expect(await lambda.invoke('greet', {})).toMatchObject(missing);
    expect(await lambda.invoke('greet', {})).toMatchObject(missing);
    expect(await lambda.invoke('greet', { write: true })).toMatchObject({
      error: { errorType: 'AccessDeniedException' },
    });
    const { lambda: unconnected } = await start(source);
    const refused = await unconnected.invoke('greet', {});
    expect(refused).toMatchObject({ error: { errorMessage: expect.stringContaining('ECONNREFUSED 127.0.0.1:1') } });
  });
});

describe('a failure', () => {
  it.each([
    ['a thrown error', 'exports.handler = async () => { throw new TypeError("no") }', 'TypeError', 'no'],
    ['a thrown value', 'exports.handler = async () => { throw "no" }', 'string', 'no'],
    ['an error while loading', 'throw new RangeError("at load")', 'RangeError', 'at load'],
    ['a missing handler', 'exports.other = 1', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    ['a callback', 'exports.handler = (e, c, done) => {}', 'Runtime.CallbackHandlerDeprecated', 'callback-based'],
    ['an exit', 'exports.handler = async () => process.exit(3)', 'Runtime.ExitError', 'exit status 3'],
    [
      'an uncaught exception',
      'exports.handler = () => new Promise(() => setTimeout(() => { throw new Error("later") }, 1))',
      'Runtime.ExitError',
      'exit status 1',
    ],
    [
      'never settling',
      'exports.handler = () => new Promise(() => {})',
      'Runtime.ExitError',
      'without providing a reason',
    ],
    ['an answer that is no JSON', 'exports.handler = async () => 1n', 'TypeError', 'BigInt'],
  ])('by %s is told by type and message', async (_kind, source, errorType, message) => {
    const { lambda } = await start(source);
    const result = await lambda.invoke('greet', {});
    expect(result).toMatchObject({ error: { errorType, errorMessage: expect.stringContaining(message) } });
  });

  it('by a missing module names it', async () => {
    const { lambda } = await start('', { handler: 'lost.handler' });
    const error = { errorType: 'Runtime.ImportModuleError', errorMessage: "Error: Cannot find module 'lost'" };
    expect(await lambda.invoke('greet', {})).toMatchObject({ error });
  });

  it('of an asynchronous event is tried twice more, then the event is discarded', async () => {
    const source = 'exports.handler = async (event) => { throw new Error(event.name) }';
    const { lambda, lines } = await start(source, {}, { retryDelaysMs: [1, 2] });
    lambda.invokeAsync('greet', { name: 'boom' });
    await until(() => lines.some((line) => line.includes('discarded')));
    expect(lines.filter((line) => line.includes('Invoke Error'))).toHaveLength(3);
    expect(lines.at(-1)).toBe('Asynchronous event discarded after 3 tries: Error: boom');
  });
});

describe('the Invoke API', () => {
  const post = (url: string, name: string, body: string, headers = {}) =>
    fetch(`${url}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, { method: 'POST', body, headers });

  it('answers with the payload, or with the error and its header', async () => {
    const { lambda } = await start(
      'exports.handler = async (event) => { if (event.fail) throw new Error("no"); return event }',
    );
    const answer = await post(lambda.url, 'greet', '{"a":1}');
    expect([answer.status, await answer.json()]).toEqual([200, { a: 1 }]);
    const failed = await post(lambda.url, 'greet', '{"fail":true}');
    expect(failed.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await failed.json()).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
  });

  it('accepts an event without waiting for it', async () => {
    const { lambda, lines } = await start('exports.handler = async (event) => console.log(event.name)');
    const answer = await post(lambda.url, 'greet', '{"name":"Ada"}', { 'x-amz-invocation-type': 'Event' });
    expect(answer.status).toBe(202);
    await until(() => lines.includes('Ada'));
  });

  it('refuses what it does not know', async () => {
    const { lambda } = await start('exports.handler = async () => {}');
    expect((await post(lambda.url, 'other', '{}')).status).toBe(404);
    expect((await post(lambda.url, 'greet', '{')).headers.get('x-amzn-errortype')).toBe(
      'InvalidRequestContentException',
    );
    expect((await post(lambda.url, 'greet', '{}', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(400);
    expect((await fetch(`${lambda.url}/2015-03-31/functions`)).status).toBe(404);
  });
});
