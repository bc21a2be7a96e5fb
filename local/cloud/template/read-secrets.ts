import { generateSecretString } from '../secrets-manager/generate-secret-string.ts';
import type { SecretDefinition } from '../secrets-manager/index.ts';
import type { RotationDefinition } from '../secrets-manager/rotation.ts';
import type { Resource, Template } from './open-template.ts';

export function readSecrets(template: Template): SecretDefinition[] {
  // Only read so that they are checked.
  template.resources('AWS::SecretsManager::ResourcePolicy');
  const schedules = template.resources('AWS::SecretsManager::RotationSchedule');
  const secrets = template.resources('AWS::SecretsManager::Secret');
  for (const { logicalId, properties } of schedules) {
    if (secrets.some(({ ref }) => ref === properties.SecretId)) continue;
    throw new Error(`${logicalId} rotates ${properties.SecretId}, which is no secret of the template`);
  }
  return secrets.map(({ logicalId, ref: arn, properties }) => {
    const { GenerateSecretString: recipe, SecretString: given } = properties;
    if (recipe && given !== undefined) throw new Error(`${logicalId} has GenerateSecretString and SecretString`);
    const [schedule, second] = schedules.filter(({ properties: { SecretId } }) => SecretId === arn);
    if (second) throw new Error(`${second.logicalId} is a second rotation schedule of ${logicalId}`);
    return {
      arn,
      name: arn.replace(/^.*:secret:/, '').slice(0, -'-6chars'.length),
      ...(recipe && { createValue: () => generateSecretString(recipe) }),
      ...(given !== undefined && { createValue: () => given }),
      ...(schedule && { rotation: readRotation(schedule) }),
    };
  });
}

function readRotation(schedule: Resource<'AWS::SecretsManager::RotationSchedule'>): RotationDefinition {
  const { RotationLambdaARN, RotationRules, RotateImmediatelyOnUpdate } = schedule.properties;
  return {
    functionArn: RotationLambdaARN,
    rules: RotationRules,
    periodMs: readPeriod(schedule),
    rotatesAtOnce: RotateImmediatelyOnUpdate,
  };
}

const UNIT_MS = { hour: 3_600_000, day: 86_400_000 };

function readPeriod({ logicalId, properties }: Resource<'AWS::SecretsManager::RotationSchedule'>): number {
  const { AutomaticallyAfterDays: days, ScheduleExpression } = properties.RotationRules;
  const expression = ScheduleExpression ?? `rate(${days} days)`;
  const [, value, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression) ?? [];
  const periodMs = Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const hasBoth = days !== undefined && ScheduleExpression !== undefined;
  if (!hasBoth && periodMs >= 4 * UNIT_MS.hour && periodMs <= 1_000 * UNIT_MS.day) return periodMs;
  const rules = JSON.stringify(properties.RotationRules);
  throw new Error(`${logicalId} has the rules ${rules}: only 1 to 1,000 days, or rate() from 4 hours on, run locally`);
}
