import { ROTATION_STEPS, rotateSigningKey } from '../../lambdas/stages/keys/rotate-signing-key.ts';
import type { Process } from './explore.ts';
import type { Life } from './whole-life.ts';
import type { World } from './world.ts';

/** As Secrets Manager has it done: a version that is pending first, from its first step. */
export function rotate(world: World): Process {
  const versionId = pendingIn(world) ?? `version-${world.newId()}`;
  if (pendingIn(world) === undefined) world.signingSecret.startRotation(versionId);
  return async (services) => {
    for (const rotationStep of ROTATION_STEPS) await rotateSigningKey(services)(rotationStep, versionId);
  };
}

/** Secrets Manager repeats until a rotation has ended. */
export async function finishRotation({ world, flaw }: Life): Promise<void> {
  if (pendingIn(world) !== undefined) await rotate(world)(flaw(world, world));
}

const pendingIn = ({ signingSecret }: World): string | undefined =>
  [...signingSecret.versions].find(([, { stages }]) => stages.includes('AWSPENDING'))?.[0];
