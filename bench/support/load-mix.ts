import type { Capability, Role } from '../../contract/stages.ts';

/** Of 100 pieces of work. IVS makes five stages a second, so few sign in for the first time. */
export const MIX = { token: 60, exchange: 20, 'repeated sign-in': 10, event: 9, 'first sign-in': 1 } as const;

export type WorkKind = keyof typeof MIX;

export const WORK_KINDS = Object.keys(MIX) as readonly WorkKind[];

/** The `turn`-th of its kind, counted from 0: what it asks for follows from that. */
export interface Work {
  readonly kind: WorkKind;
  readonly turn: number;
}

const ALL_SHARES = WORK_KINDS.reduce((sum, kind) => sum + MIX[kind], 0);

/** Answers the next piece of work. The kinds come as evenly as their shares allow, and each within the first dozen. */
export function createMix(): () => Work {
  const credits = new Map(WORK_KINDS.map((kind) => [kind, ALL_SHARES - MIX[kind]]));
  const turns = new Map<WorkKind, number>();
  return () => {
    for (const kind of WORK_KINDS) credits.set(kind, (credits.get(kind) ?? 0) + MIX[kind]);
    const kind = WORK_KINDS.reduce((most, other) =>
      (credits.get(other) ?? 0) > (credits.get(most) ?? 0) ? other : most,
    );
    credits.set(kind, (credits.get(kind) ?? 0) - ALL_SHARES);
    const turn = turns.get(kind) ?? 0;
    turns.set(kind, turn + 1);
    return { kind, turn };
  };
}

/** A user who has a stage. */
export interface Member {
  readonly userName: string;
  readonly userId: string;
  readonly stageArn: string;
  readonly accessToken: string;
  /** Two of their own stage, as its host: each is on the stage, and publishes now and then. */
  readonly hostTokens: readonly [string, string];
}

/** Those who make the load. */
export type Crowd = readonly Member[];

const HOST: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const VIEWER: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

/** Whose token for whose stage, and what it has to grant. */
export interface TokenWork {
  readonly caller: Member;
  readonly owner: Member;
  readonly role: Role;
  readonly capabilities: readonly Capability[];
}

/** All members ask for a token of their own stage, then all for one of their neighbour's, and so on. */
export function tokenWork(crowd: Crowd, turn: number): TokenWork {
  const caller = memberAt(crowd, turn);
  if (roundOf(crowd, turn) % 2 === 0) return { caller, owner: caller, role: 'host', capabilities: HOST };
  return { caller, owner: memberAt(crowd, turn + 1), role: 'viewer', capabilities: VIEWER };
}

/** Hosts go off the air, and on it again in the next round. */
export function exchangeWork(crowd: Crowd, turn: number): TokenWork {
  const caller = memberAt(crowd, turn);
  const capabilities = roundOf(crowd, turn) % 2 === 0 ? VIEWER : HOST;
  return { caller, owner: caller, role: 'host', capabilities };
}

export interface EventWork {
  readonly owner: Member;
  /** Of which of the owner's tokens the participant is. */
  readonly device: 0 | 1;
  readonly publishes: boolean;
}

/** On each stage the one device begins to publish, then the other, then the first ends, then the other. */
export function eventWork(crowd: Crowd, turn: number): EventWork {
  const round = roundOf(crowd, turn) % 4;
  return { owner: memberAt(crowd, turn), device: round % 2 === 0 ? 0 : 1, publishes: round < 2 };
}

export const repeatedSignIn = (crowd: Crowd, turn: number): string => memberAt(crowd, turn).userName;

export const firstSignIn = (turn: number): string => `newcomer-${turn}`;

const roundOf = (crowd: Crowd, turn: number): number => Math.floor(turn / crowd.length);

function memberAt(crowd: Crowd, turn: number): Member {
  const member = crowd[turn % crowd.length];
  if (!member) throw new Error('nobody is there to make a load');
  return member;
}
