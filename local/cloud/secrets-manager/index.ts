import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AwsJsonCall, startAwsJsonServer, unknownOperation } from '../aws-json-server.ts';
import type { ApiCall, Authorize } from '../iam/authorize.ts';
import { type Entry, OPERATIONS } from './operations.ts';
import { createRotation, type RotationDefinition, type RotationOptions } from './rotation.ts';
import { Secret, type SecretState, secretError } from './secret.ts';

export interface SecretDefinition {
  readonly arn: string;
  readonly name: string;
  /** Makes the first value, where none is kept from before. Default: the secret has no version at first. */
  readonly createValue?: () => string;
  /** Default: the secret is not rotated. */
  readonly rotation?: RotationDefinition;
}

export interface SecretsManagerOptions extends Pick<RotationOptions, 'invoke' | 'log'> {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Keeps the secrets over a clean stop, in clear. Default: none. */
  readonly file?: string;
  readonly secrets: readonly SecretDefinition[];
  readonly authorize: Authorize;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
  /** Pauses before a failed rotation is tried again, in milliseconds. Default 0.5, 1, 2 and 4 seconds. */
  readonly retryDelaysMs?: readonly number[];
}

export interface SecretsManager {
  readonly url: string;
  /** Rotates what is due, from now on. Needs the functions. */
  startRotating(): void;
  /** Ends the schedules and whatever rotation runs; to be called before the functions end. */
  stopRotating(): void;
  /** Waits for the end of a rotation, retries included, and throws when the last of them fails. */
  rotateSecret(nameOrArn: string): Promise<void>;
  close(): Promise<void>;
}

export async function startSecretsManager(options: SecretsManagerOptions): Promise<SecretsManager> {
  const entries = openSecrets(options);
  const rotations = entries.flatMap(({ rotation }) => rotation ?? []);
  const find = (nameOrArn: unknown) =>
    entries.find(({ secret: { arn, name } }) => nameOrArn === arn || nameOrArn === name);

  function assertAllowed(call: ApiCall): void {
    const { allowed, message } = options.authorize(call);
    if (!allowed) throw secretError('AccessDeniedException', message);
  }

  async function answer({ operation, input, accessKeyId }: AwsJsonCall): Promise<object> {
    const run = OPERATIONS.get(operation);
    if (run === undefined) throw unknownOperation(`Secrets Manager ${operation} is not emulated`);
    const entry = find(input.SecretId);
    const resource = entry?.secret.arn ?? String(input.SecretId);
    const action = `secretsmanager:${operation}`;
    assertAllowed({ accessKeyId, action, resource, context: contextOf(entry, input) });
    const functionArn = operation === 'RotateSecret' ? entry?.rotation?.definition.functionArn : undefined;
    if (functionArn !== undefined) {
      assertAllowed({ accessKeyId, action: 'lambda:InvokeFunction', resource: functionArn });
    }
    if (entry !== undefined) return run(entry, input);
    throw secretError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, target: 'secretsmanager', answer });
  return {
    url: server.url,
    startRotating: () => {
      for (const rotation of rotations) rotation.startSchedule();
    },
    stopRotating: () => {
      for (const rotation of rotations) rotation.close();
    },
    rotateSecret: async (nameOrArn) => {
      const rotation = find(nameOrArn)?.rotation;
      if (rotation === undefined) throw new Error(`There is no secret ${nameOrArn} that is rotated`);
      await rotation.rotate();
    },
    close: async () => {
      for (const rotation of rotations) rotation.close();
      await server.close();
      saveState(options.file, entries);
    },
  };
}

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000];

function openSecrets({ file, secrets, invoke, log, ...options }: SecretsManagerOptions): readonly Entry[] {
  const { now = Date.now, retryDelaysMs = RETRY_DELAYS_MS } = options;
  const states = readState(file);
  return secrets.map(({ arn, name, createValue, rotation: definition }) => {
    const secret = new Secret({ arn, name, state: states[arn], now });
    if (states[arn] === undefined && createValue !== undefined) secret.put(randomUUID(), createValue());
    const rotation = definition && createRotation({ secret, definition, invoke, log, now, retryDelaysMs });
    return { secret, rotation };
  });
}

/** The condition keys that a policy for a secret may name. */
function contextOf(entry: Entry | undefined, input: AwsJsonCall['input']): Record<string, string> {
  const values = {
    'secretsmanager:SecretId': entry?.secret.arn,
    'secretsmanager:VersionId': input.VersionId,
    'secretsmanager:VersionStage': input.VersionStage,
    'secretsmanager:resource/AllowRotationLambdaArn': entry?.rotation?.definition.functionArn,
  };
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}

function readState(file: string | undefined): Readonly<Record<string, SecretState>> {
  return file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** By rename, so that a stop in between leaves the file of before. */
function saveState(file: string | undefined, entries: readonly Entry[]): void {
  if (file === undefined) return;
  const states = Object.fromEntries(entries.map(({ secret: { arn, state } }) => [arn, state]));
  writeFileSync(`${file}.new`, JSON.stringify(states), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
