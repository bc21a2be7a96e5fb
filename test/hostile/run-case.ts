import type { UserId } from '../../contract/stages.ts';
import { httpEvent } from '../support/http-event.ts';
import { type Rights, rightsOn, type Who, whoCalls } from './border.ts';
import { NOBODY, USERS } from './cast.ts';
import { findCrossings } from './find-crossings.ts';
import { findFaults } from './find-faults.ts';
import { findLeaks } from './find-leaks.ts';
import { findWrongRights } from './find-wrong-rights.ts';
import { functionOf, type HostileCase } from './hostile-case.ts';
import type { House } from './house.ts';
import { type OwnerState, statesOf } from './state.ts';
import type { TokenAtHand } from './tokens-at-hand.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request, its answer, and what was true before and after. */
export interface Encounter {
  readonly given: HostileCase;
  readonly house: House;
  readonly tokens: readonly TokenAtHand[];
  /** Undefined: the claims name nobody. */
  readonly who: Who | undefined;
  /** Whose stage the request is about, be it there or not. */
  readonly subject: UserId | undefined;
  /** The caller's on the subject's stage. */
  readonly rights: Rights | undefined;
  /** Of whom the caller may know. */
  readonly known: ReadonlySet<UserId>;
  /** ARNs of stages by their owners. */
  readonly arns: ReadonlyMap<UserId, string>;
  readonly before: ReadonlyMap<UserId, OwnerState>;
  readonly after: ReadonlyMap<UserId, OwnerState>;
  readonly answer: Answer;
  /** What the same request about nobody's stage was answered; where the caller must not know of the one that it is about. */
  readonly aboutNobody: Answer | undefined;
  /** Lines that the request had logged. */
  readonly logged: readonly unknown[];
}

export type FindingKind = '500' | 'crossing' | 'leak' | 'shape';

export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

export async function runCase(house: House, tokens: readonly TokenAtHand[], given: HostileCase): Promise<Encounter> {
  const { world } = house;
  // Past the limit for routes that call IVS: it is not what is tried here.
  world.clock.advance(2_000);
  const who = whoCalls(given.claims);
  const { ownerId } = given.pathParameters;
  const namesOwner = given.routeKey.includes('{ownerId}');
  const subject = namesOwner ? ownerId : who?.userId;
  const rights = who && subject !== undefined ? rightsOn(world, subject, who) : undefined;
  const known = new Set(USERS.filter((userId) => who && rightsOn(world, userId, who).knows));
  const arns = new Map(world.profiles.all().map(({ userId, stage }) => [userId, stage?.arn ?? '']));
  const before = statesOf(world, USERS);
  const linesBefore = world.log.lines.length;
  const isHidden =
    namesOwner && who?.userId !== ownerId && rights?.knows === false && subject !== undefined && before.has(subject);
  const aboutNobody = isHidden
    ? await send(house, { ...given, pathParameters: { ...given.pathParameters, ownerId: NOBODY } })
    : undefined;
  const answer = await send(house, given);
  return {
    ...{ given, house, tokens, who, subject, rights, known, arns, before, answer, aboutNobody },
    after: statesOf(world, USERS),
    logged: world.log.lines.slice(linesBefore),
  };
}

async function send(house: House, { routeKey, headers = {}, ...parts }: HostileCase): Promise<Answer> {
  const event = httpEvent(routeKey, parts);
  const sent = { ...event, headers, requestContext: { ...event.requestContext, authorizer: authorizer(parts.claims) } };
  const { statusCode = 200, headers: answered = {}, body = '' } = await house.call(sent, functionOf(routeKey));
  return { status: statusCode, headers: answered, body };
}

const authorizer = (claims: HostileCase['claims']) => ({
  principalId: '',
  integrationLatency: 0,
  jwt: { claims: claims as Record<string, string>, scopes: [] },
});

/** All that is wrong with how a request was met. */
export const judge = async (encounter: Encounter): Promise<readonly Finding[]> => [
  ...findFaults(encounter),
  ...findCrossings(encounter),
  ...findLeaks(encounter),
  ...(await findWrongRights(encounter)),
];
