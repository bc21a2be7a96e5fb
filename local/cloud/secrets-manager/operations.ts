import { z } from 'zod';
import type { Rotation } from './rotation.ts';
import { invalidParameter, type Secret, secretError } from './secret.ts';

/** A secret, and its rotation if it has one. */
export interface Entry {
  readonly secret: Secret;
  readonly rotation: Rotation | undefined;
}

type Operation = (entry: Entry, input: unknown) => object;

const versionId = z.string().min(32).max(64);
const stage = z.string().min(1).max(256);
/** The SDKs make one up; only a request by hand can lack it. */
const requestToken = z.string('You must provide a ClientRequestToken value').min(32).max(64);

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  [
    'GetSecretValue',
    operation(
      { VersionId: versionId.optional(), VersionStage: stage.optional() },
      ({ secret }, { VersionId, VersionStage }) => {
        const { id, value, stages, createdAt } = secret.get(VersionId, VersionStage);
        const version = { VersionId: id, SecretString: value, VersionStages: stages };
        return { ...nameOf(secret), ...version, CreatedDate: toSeconds(createdAt) };
      },
    ),
  ],
  [
    'PutSecretValue',
    operation(
      {
        ClientRequestToken: requestToken,
        SecretString: z.string().min(1).max(65_536),
        VersionStages: z.array(stage).min(1).max(20).optional(),
      },
      ({ secret }, { ClientRequestToken, SecretString, VersionStages }) => {
        const { id, stages } = secret.put(ClientRequestToken, SecretString, VersionStages);
        return { ...nameOf(secret), VersionId: id, VersionStages: stages };
      },
    ),
  ],
  ['DescribeSecret', operation({}, (entry) => describe(entry))],
  [
    'ListSecretVersionIds',
    operation({ IncludeDeprecated: z.boolean().optional() }, ({ secret }, { IncludeDeprecated = false }) => ({
      ...nameOf(secret),
      Versions: secret.state.versions
        .filter(({ stages }) => IncludeDeprecated || stages.length > 0)
        .map(({ id, stages, createdAt }) => ({
          VersionId: id,
          ...(stages.length > 0 && { VersionStages: stages }),
          CreatedDate: toSeconds(createdAt),
        })),
    })),
  ],
  [
    'UpdateSecretVersionStage',
    operation(
      { VersionStage: stage, MoveToVersionId: versionId.optional(), RemoveFromVersionId: versionId.optional() },
      ({ secret }, { VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
        const [moveToVersionId, removeFromVersionId] = [MoveToVersionId, RemoveFromVersionId];
        secret.moveStage({ stage: VersionStage, moveToVersionId, removeFromVersionId });
        return nameOf(secret);
      },
    ),
  ],
  [
    'RotateSecret',
    operation(
      { ClientRequestToken: requestToken, RotateImmediately: z.boolean().optional() },
      (entry, { ClientRequestToken, RotateImmediately = true }) => {
        rotate(entry, ClientRequestToken, RotateImmediately);
        return { ...nameOf(entry.secret), VersionId: ClientRequestToken };
      },
    ),
  ],
]);

/** A member that is not among these is refused by name. The messages never hold what a member holds. */
function operation<Members extends z.ZodRawShape>(
  members: Members,
  run: (entry: Entry, input: z.infer<z.ZodObject<Members>>) => object,
): Operation {
  const schema = z.strictObject({ SecretId: z.string(), ...members });
  return (entry, input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(entry, parsed.data as z.infer<z.ZodObject<Members>>);
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    throw invalidParameter(problems.join('; '));
  };
}

function describe({ secret, rotation }: Entry): object {
  const { versions, createdAt, changedAt, rotatedAt } = secret.state;
  const labelled = versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]);
  return {
    ...nameOf(secret),
    CreatedDate: toSeconds(createdAt),
    LastChangedDate: toSeconds(changedAt),
    ...(rotatedAt !== undefined && { LastRotatedDate: toSeconds(rotatedAt) }),
    ...(rotation && {
      RotationEnabled: true,
      RotationLambdaARN: rotation.definition.functionArn,
      RotationRules: rotation.definition.rules,
    }),
    VersionIdsToStages: Object.fromEntries(labelled),
  };
}

function rotate({ secret, rotation }: Entry, token: string, immediately: boolean): void {
  if (rotation === undefined) {
    const message = 'No Lambda rotation function ARN is associated with this secret.';
    throw secretError('InvalidRequestException', message);
  }
  if (secret.hasVersion(token)) return;
  if (rotation.isUnfinished()) {
    // As the message says, so that one that was given up is not the end.
    rotation.runInBackground();
    const message = "A previous rotation isn't complete. That rotation will be reattempted.";
    throw secretError('InvalidRequestException', message);
  }
  if (immediately) rotation.runInBackground(token);
  else rotation.testInBackground(token);
}

function nameOf({ arn, name }: Secret) {
  return { ARN: arn, Name: name };
}

function toSeconds(timeMs: number): number {
  return timeMs / 1000;
}
