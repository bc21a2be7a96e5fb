import { type Call, countByOperation } from './calls.ts';
import { stageSessionIdShape } from './constraints.ts';
import { type Emulation, findStage, type Stage } from './emulation.ts';
import { methodNotAllowed, unknownOperation, validationFailed } from './errors.ts';
import type { EventSender } from './event-delivery.ts';
import type { FaultPlanner } from './fault-plan.ts';
import { setIngestPublishing } from './live/ingests.ts';
import { activeSession, closeIdleSessions, closeSession, openSession } from './live/stage-sessions.ts';
import { decodePathSegment } from './server.ts';
import { validate } from './validate.ts';

/** What the routes under /_emulator see and change. */
export interface Administered {
  readonly emulation: Emulation;
  readonly calls: readonly Call[];
  readonly faults: FaultPlanner;
  readonly events: EventSender;
}

const publishingShape = {
  type: 'structure',
  closed: true,
  members: { publishing: { type: 'boolean', required: true } },
} as const;

type Action = (administered: Administered, body: Record<string, unknown>, arn: string) => object;

/** For other processes. They need no signature and have no quotas. `*` is a percent-encoded ARN. */
const routes: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  stages: {
    GET: ({ emulation }) => {
      closeIdleSessions(emulation);
      return { stages: [...emulation.stages.values()] };
    },
  },
  calls: { GET: ({ calls }) => ({ counts: countByOperation(calls), calls }) },
  'stages/*/active-session': {
    PUT({ emulation }, body, arn) {
      if (!Object.hasOwn(body, 'sessionId')) throw validationFailed('sessionId is missing: give an id, or null');
      const sessionId = body.sessionId === null ? undefined : validate(stageSessionIdShape, body.sessionId);
      return { stage: setActiveSession(emulation, arn, sessionId) };
    },
  },
  'ingest-configurations/*/publishing': {
    PUT({ emulation }, body, arn) {
      const { publishing } = validate(publishingShape, body);
      setIngestPublishing(emulation, arn, publishing);
      return { publishing };
    },
  },
  faults: planRoutes(({ faults }) => faults, { rules: [] }),
  'event-delivery': planRoutes(({ events }) => events, {}),
};

function planRoutes(planner: (from: Administered) => FaultPlanner | EventSender, nothing: object) {
  const set = (administered: Administered, plan: object) => {
    planner(administered).set(plan);
    return planner(administered).plan;
  };
  return {
    GET: (administered: Administered) => planner(administered).plan,
    PUT: set,
    DELETE: (administered: Administered) => set(administered, nothing),
  };
}

export function administer(administered: Administered, method: string, path: string, body: Record<string, unknown>) {
  const [, , resource = '', arn = '', ...rest] = path.split('/');
  const route = [resource, ...(arn === '' ? [] : ['*']), ...rest].join('/');
  const actions = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (!actions) throw unknownOperation(`${method} ${path}`);
  const action = Object.hasOwn(actions, method) ? actions[method] : undefined;
  if (!action) throw methodNotAllowed(`${method} ${path}`);
  return action(administered, body, decodePathSegment(arn));
}

/** A session that is made by hand lasts until it is ended by hand, or until somebody came and went. */
export function setActiveSession(emulation: Emulation, arn: string, sessionId: string | undefined): Stage {
  findStage(emulation, arn);
  if (sessionId !== undefined) validate(stageSessionIdShape, sessionId);
  if (activeSession(emulation, arn)?.sessionId !== sessionId) closeSession(emulation, arn);
  if (sessionId !== undefined && !activeSession(emulation, arn)) openSession(emulation, arn, sessionId);
  return findStage(emulation, arn);
}
