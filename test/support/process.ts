import type { Services } from '../../lambdas/stages/ports.ts';

/** A call of a use case to the outside, numbered within its process. */
export interface OutsideCall {
  readonly port: PortName;
  readonly method: string;
  readonly number: number;
}

const PORTS = [
  'profiles',
  'liveStatus',
  'stageOwners',
  'stageMembers',
  'ivs',
  'participants',
  'provisioningQueue',
  'roomRequests',
  'runLeases',
  'ingestSlots',
  'ingests',
  'stageAccess',
  'memberships',
  'moderation',
  'rightsChecks',
  'publicKeys',
  'signingSecret',
] as const;
export type PortName = (typeof PORTS)[number];

export interface Hooks {
  /** Ports whose calls are not hooked. */
  readonly except?: readonly PortName[];
  /** Runs before each call; what it awaits delays the call. */
  readonly before?: (call: OutsideCall) => Promise<void> | void;
  readonly after?: (call: OutsideCall) => Promise<void> | void;
  /** The answer of the first try is lost and the SDK tries again. */
  readonly losesAnswer?: (call: OutsideCall) => boolean;
}

/** Stops a process dead at one of its calls: nothing of it runs any more, not even its own error handling. */
export const dies = (): Promise<never> => new Promise(() => {});

/** The services as one process sees them, with something between it and the world at every call. */
export function inProcess<S extends Services>(services: S, hooks: Hooks): S {
  let number = 0;
  const hooked = (port: PortName) =>
    new Proxy(services[port], {
      get: (target, method: string) => {
        const value = Reflect.get(target, method, target) as unknown;
        if (typeof value !== 'function') return value;
        if (method === 'listIdle' || method === 'listWatched') return value.bind(target);
        return async (...args: unknown[]) => {
          const call = { port, method, number: ++number };
          await hooks.before?.(call);
          const send = () => Reflect.apply(value, target, args) as Promise<unknown>;
          if (hooks.losesAnswer?.(call)) await send().catch(() => undefined);
          const result = await send();
          await hooks.after?.(call);
          return result;
        };
      },
    });
  const ports = PORTS.filter((port) => !hooks.except?.includes(port));
  return { ...services, ...Object.fromEntries(ports.map((port) => [port, hooked(port)])) };
}
