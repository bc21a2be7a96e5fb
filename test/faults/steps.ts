import { setTimeout as pause } from 'node:timers/promises';
import { type RotationEvent, rotation } from '../../lambdas/events/rotation/rotation.ts';
import { isRefusal, type Presence } from '../../local/ivs/index.ts';
import type { Cloud } from './cloud.ts';
import { requestOk, runReconcile, signInAs } from './invoke.ts';
import type { Process } from './process.ts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Signs in, and so has a stage; its ARN. */
export async function openStage(cloud: Cloud, healthy: Process, userId = 'ada'): Promise<string> {
  await signInAs(userId)(healthy);
  const { stage } = (await healthy.services.profiles.get(userId)) ?? {};
  if (!stage) throw new Error(`${userId} has no stage`);
  cloud.arrangedStages.add(stage.arn);
  return stage.arn;
}

/** Ada's stage, the one that scenarios are about, and Grace's beside it. */
export async function openStages(cloud: Cloud, healthy: Process): Promise<string> {
  await openStage(cloud, healthy, 'grace');
  return openStage(cloud, healthy);
}

export const rotateWith =
  ({ services }: Process) =>
  (event: unknown): Promise<void> =>
    rotation(services)(event as RotationEvent);

export async function makeSigningKey(cloud: Cloud, healthy: Process): Promise<void> {
  cloud.rotate = rotateWith(healthy);
  await cloud.secrets.rotateSecret(cloud.secretArn);
}

export interface Joining {
  readonly userId: string;
  readonly ownerId?: string;
  readonly publishes?: boolean;
}

/** Joins with a token of the API. */
export async function join(cloud: Cloud, healthy: Process, joining: Joining): Promise<Presence> {
  const { userId, ownerId = 'ada', publishes = false } = joining;
  const path = { userId, pathParameters: { ownerId } };
  const { token } = await requestOk(healthy, 'POST /stages/{ownerId}/tokens', path);
  const admission = cloud.ivs.live.verify(String(token));
  if (isRefusal(admission)) throw new Error(admission.message);
  const end = () => void cloud.present.delete(admission.participantId);
  const presence = cloud.ivs.live.join(admission, { end });
  if (isRefusal(presence)) throw new Error(presence.message);
  cloud.present.set(presence.participantId, { userId, presence });
  const refusal = publishes ? presence.publish() : undefined;
  if (refusal) throw new Error(refusal.message);
  return presence;
}

export const inviteGrace = (healthy: Process, capabilities?: readonly string[]) =>
  requestOk(healthy, 'PUT /me/stage/guests/{userId}', {
    userId: 'ada',
    pathParameters: { userId: 'grace' },
    ...(capabilities && { body: JSON.stringify({ capabilities }) }),
  });

const MOST_PAUSES = 10_000;

/** The next event of IVS as EventBridge puts it into the queue; they arrive a moment later. */
export async function nextEvent(cloud: Cloud): Promise<string> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses++) {
    const event = cloud.events.shift();
    if (event) return JSON.stringify(event);
    await pause(1);
  }
  throw new Error('IVS told of nothing');
}

/** Live status as IVS has it, without its events. */
export async function noticeWhoPublishes(cloud: Cloud, healthy: Process): Promise<void> {
  cloud.clock.advance(MINUTE_MS);
  await runReconcile(healthy);
  cloud.events.length = 0;
}
