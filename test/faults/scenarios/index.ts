import type { Scenario } from '../scenario.ts';
import { moderating } from './moderating.ts';
import { othersStages } from './others-stages.ts';
import { ownIngest, ownStage } from './own-stage.ts';
import { cleaningUp, reconciling, rotating } from './scheduled.ts';
import { signingIn } from './signing-in.ts';
import { workingQueues } from './working-queues.ts';

export const scenarios: readonly Scenario[] = [
  ...signingIn,
  ...ownStage,
  ...ownIngest,
  ...othersStages,
  ...moderating,
  ...workingQueues,
  ...reconciling,
  ...cleaningUp,
  ...rotating,
];
