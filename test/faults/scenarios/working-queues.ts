import type { Cloud } from '../cloud.ts';
import { deliver, deliverToProvision, deliverToStatus, record, signInAs } from '../invoke.ts';
import { receiveFrom } from '../queues.ts';
import type { Act, Scenario } from '../scenario.ts';
import { join, nextEvent, openStage, openStages } from '../steps.ts';

/** What failed stays in the queue, which delivers it again. */
const workOff =
  (cloud: Cloud, queue: 'provisioning' | 'rightsChecks', to: Parameters<typeof deliver>[1]): Act =>
  async (process) => {
    const messages = await receiveFrom(cloud, queue);
    const outcome = await deliver(process, to, messages.records);
    await messages.deleteAllBut(outcome.failed);
    return outcome;
  };

export const workingQueues: readonly Scenario[] = [
  {
    name: 'Provisioning: a queued user',
    function: 'provision',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      cloud.ivs.setFaults({ rules: [{ kind: 'throttle', operations: ['CreateStage'] }] });
      await signInAs('ada')(healthy);
      cloud.ivs.setFaults({ rules: [] });
      return { act: workOff(cloud, 'provisioning', deliverToProvision) };
    },
  },
  {
    name: 'Provisioning: IVS fails once',
    function: 'provision',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      cloud.ivs.setFaults({ rules: [{ kind: 'throttle', operations: ['CreateStage'] }] });
      await signInAs('ada')(healthy);
      cloud.ivs.setFaults({ rules: [{ kind: 'error', operations: ['CreateStage'], count: 1 }] });
      const calmDown = () => cloud.ivs.setFaults({ rules: [] });
      return { act: workOff(cloud, 'provisioning', deliverToProvision), calmDown };
    },
  },
  {
    name: 'Status: somebody publishes without the right to',
    function: 'status',
    prepare: async (cloud, healthy) => {
      const stageArn = await openStages(cloud, healthy);
      await healthy.services.memberships.putGuest('ada', { userId: 'grace', capabilities: ['PUBLISH_AUDIO'] });
      await join(cloud, healthy, { userId: 'grace', publishes: true });
      await healthy.services.memberships.deleteGuest('ada', 'grace');
      const event = await nextEvent(cloud);
      if (!event.includes(stageArn)) throw new Error('the event is of another stage');
      return { act: (process) => deliver(process, deliverToStatus, [record(event)]) };
    },
  },
  {
    name: 'Status: a rights check',
    function: 'status',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await healthy.services.memberships.putGuest('ada', { userId: 'grace', capabilities: ['PUBLISH_AUDIO'] });
      await join(cloud, healthy, { userId: 'grace' });
      await healthy.services.memberships.deleteGuest('ada', 'grace');
      await healthy.services.rightsChecks.send({ ownerId: 'ada' }, 0);
      return { act: workOff(cloud, 'rightsChecks', deliverToStatus) };
    },
  },
];
