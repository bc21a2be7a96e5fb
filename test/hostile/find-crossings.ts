import { isDeepStrictEqual } from 'node:util';
import { MAY_CHANGE, mayCall } from './border.ts';
import { NOBODY } from './cast.ts';
import type { Encounter, Finding } from './run-case.ts';
import { changedParts, type Part } from './state.ts';

/** What the caller reached, changed or learnt without having the right to it. */
export function findCrossings(encounter: Encounter): readonly Finding[] {
  return [...changesOfOthers(encounter), ...undueSuccess(encounter), ...differenceFromNobody(encounter)].map(
    (text): Finding => ({ kind: 'crossing', text }),
  );
}

function* changesOfOthers(encounter: Encounter): Iterable<string> {
  for (const [userId, before] of encounter.before) {
    const after = encounter.after.get(userId);
    const allowed = changesAllowedTo(encounter, userId);
    for (const part of after ? changedParts(before, after) : []) {
      if (!allowed.includes(part)) yield `changed ${part} of ${userId}: ${before[part]} -> ${after?.[part]}`;
    }
  }
}

function changesAllowedTo({ given, subject, rights, answer }: Encounter, userId: string): readonly Part[] {
  if (userId !== subject || !rights || !mayCall(given.routeKey, rights)) return [];
  // A participant who is not there is burnt all the same; else who is refused changes nothing.
  if (answer.status === 404 && given.routeKey.includes('{participantId}')) return ['burnt'];
  if (answer.status >= 400 && answer.status < 500) return [];
  return MAY_CHANGE[given.routeKey] ?? [];
}

function* undueSuccess({ given, rights, answer }: Encounter): Iterable<string> {
  if (answer.status >= 300) return;
  if (!rights) yield `answered ${answer.status} to nobody, or about nobody`;
  else if (!mayCall(given.routeKey, rights)) yield `answered ${answer.status} to a caller who may not call this`;
}

/** Byte for byte, besides the id that was asked for. */
function* differenceFromNobody({ subject = '', answer, aboutNobody }: Encounter): Iterable<string> {
  if (!aboutNobody) return;
  const expected = { ...aboutNobody, body: aboutNobody.body.replaceAll(NOBODY, subject) };
  if (isDeepStrictEqual(answer, expected)) return;
  yield `a hidden stage shows: ${JSON.stringify(answer)}, of none ${JSON.stringify(expected)}`;
}
