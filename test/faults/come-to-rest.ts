import type { Cloud } from './cloud.ts';
import { deliver, deliverToProvision, deliverToStatus, runCleanUp, runReconcile } from './invoke.ts';
import type { Process } from './process.ts';
import { receiveFrom } from './queues.ts';
import { MINUTE_MS } from './steps.ts';

/** What comes by itself: messages are delivered, clean-up and reconcile run. Answers what of it did not succeed. */
export async function comeToRest(cloud: Cloud, healthy: Process): Promise<readonly string[]> {
  await drain(cloud, healthy, 'provisioning', deliverToProvision);
  await drain(cloud, healthy, 'rightsChecks', deliverToStatus);
  // The second look at rights comes after a quarter of an hour; so old is what the sweep takes for an orphan.
  cloud.clock.advance(16 * MINUTE_MS);
  await drain(cloud, healthy, 'provisioning', deliverToProvision);
  await drain(cloud, healthy, 'rightsChecks', deliverToStatus);
  const runs = { 'clean-up': await runCleanUp()(healthy), reconcile: await runReconcile(healthy) };
  return Object.entries(runs).flatMap(([name, { word }]) =>
    word === 'ok' ? [] : [`the ${name} after it came to "${word}"`],
  );
}

const MOST_BATCHES = 5;

async function drain(
  cloud: Cloud,
  healthy: Process,
  queue: keyof Cloud['queues'],
  to: Parameters<typeof deliver>[1],
): Promise<void> {
  const { arn } = cloud.queues[queue];
  for (let batch = 1; batch <= MOST_BATCHES && cloud.sqs.messages(arn).visible > 0; batch++) {
    const { records, deleteAllBut } = await receiveFrom(cloud, queue);
    await deleteAllBut((await deliver(healthy, to, records)).failed);
  }
}
