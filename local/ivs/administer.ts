import { type Call, countByOperation } from './calls.ts';
import { stageSessionIdShape } from './constraints.ts';
import { changeStage, type Emulation, type Stage } from './emulation.ts';
import { methodNotAllowed, unknownOperation, validationFailed } from './errors.ts';
import { decodePathSegment } from './server.ts';
import { validate } from './validate.ts';

/** The routes under /_emulator, for other processes. They need no signature and have no quotas. */
export function administer(
  emulation: Emulation,
  calls: readonly Call[],
  method: string,
  path: string,
  body: Record<string, unknown>,
): object {
  const route = `${method} ${path}`;
  if (route === 'GET /_emulator/stages') return { stages: [...emulation.stages.values()] };
  if (route === 'GET /_emulator/calls') return { counts: countByOperation(calls), calls };

  const arn = /^\/_emulator\/stages\/([^/]+)\/active-session$/.exec(path)?.[1];
  if (arn === undefined) throw unknownOperation(route);
  if (method !== 'PUT') throw methodNotAllowed(route);
  if (!Object.hasOwn(body, 'sessionId')) throw validationFailed('sessionId is missing: give an id, or null');
  return { stage: setActiveSession(emulation, decodePathSegment(arn), body.sessionId ?? undefined) };
}

export function setActiveSession(emulation: Emulation, arn: string, sessionId: unknown): Stage {
  const activeSessionId = sessionId === undefined ? '' : validate(stageSessionIdShape, sessionId);
  return changeStage(emulation, arn, { activeSessionId });
}
