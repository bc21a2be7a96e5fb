import { inspect } from 'node:util';
import type { UserId } from '../../contract/stages.ts';
import { linesWithSecrets } from '../support/secrets.ts';
import { nameOf } from './house.ts';
import type { Encounter, Finding } from './run-case.ts';

/** Tokens, and the keys and tokens of the twins. */
const SECRET = /eyJ[\w-]{10,}|\b(token|key)-of-arn|PRIVATE KEY/;

/** What an answer tells of others, and secrets where none should be. */
export function findLeaks(encounter: Encounter): readonly Finding[] {
  return [...undueFacts(encounter), ...secrets(encounter)].map((text): Finding => ({ kind: 'leak', text }));
}

type Fact = 'name' | 'arn' | 'invitee' | 'outcast' | 'place' | 'burnt' | 'ingest';

function* undueFacts(encounter: Encounter): Iterable<string> {
  const { given, answer } = encounter;
  const asked = JSON.stringify(given);
  for (const { fact, ownerId, text } of factsIn(answer.body, encounter)) {
    // What the caller has said themselves is no news to them.
    if (!mayLearn(encounter, fact, ownerId) && !asked.includes(text)) yield `${fact} of ${ownerId}: ${text}`;
  }
}

function* factsIn(body: string, { arns, before }: Encounter) {
  for (const [ownerId, state] of before) {
    const name = nameOf(ownerId);
    if (body.includes(name)) yield { fact: 'name' as const, ownerId, text: name };
    const arn = arns.get(ownerId);
    if (arn && body.includes(`${arn}"`)) yield { fact: 'arn' as const, ownerId, text: arn };
    for (const [text] of state.ingests.matchAll(/\b(ingest|encoder-)\d+\b/g)) {
      if (body.includes(`"${text}"`)) yield { fact: 'ingest' as const, ownerId, text };
    }
  }
  for (const [text, fact, ownerId = ''] of body.matchAll(/(invitee|outcast|place|burnt)-?\d*-of-([\w-]+)/g)) {
    yield { fact: fact as Fact, ownerId, text };
  }
}

function mayLearn({ given, who, subject, rights, known }: Encounter, fact: Fact, ownerId: UserId): boolean {
  const { routeKey } = given;
  const isOwn = who?.userId === ownerId;
  const isModerated = subject === ownerId && rights?.moderates === true;
  switch (fact) {
    case 'name':
      return known.has(ownerId);
    case 'arn':
      return routeKey.includes('/tokens') ? subject === ownerId && rights?.role !== null : isOwn;
    case 'invitee':
      return isOwn && routeKey === 'GET /me/stage/guests';
    case 'outcast':
      return isModerated && routeKey === 'GET /stages/{ownerId}/bans';
    case 'place':
    case 'burnt':
      return isModerated && routeKey === 'GET /stages/{ownerId}/participants';
    case 'ingest':
      return isOwn && routeKey.includes('/me/stage/ingests');
  }
}

function* secrets({ given, answer, logged }: Encounter): Iterable<string> {
  const found = SECRET.exec(withoutWhatIsHandedOut(given.routeKey, answer));
  if (found) yield `a secret in the answer: ${answer.body}`;
  const lines = logged.map((line) => inspect(line, { depth: 10, breakLength: Number.POSITIVE_INFINITY }));
  const leaky = new Set([...linesWithSecrets(lines), ...lines.filter((line) => SECRET.test(line))]);
  for (const line of leaky) yield `a secret in the log: ${line}`;
}

/** Each secret has one answer that may hold it, in one place. */
function withoutWhatIsHandedOut(routeKey: string, { status, body }: Encounter['answer']): string {
  if (status >= 300 || body === '') return body;
  const { token, streamKey, participantTokens, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return JSON.stringify({
    ...rest,
    ...(!routeKey.includes('/tokens') && { token }),
    ...(routeKey !== 'POST /me/stage/ingests' && { streamKey }),
    ...(routeKey !== 'PUT /me/stage' && { participantTokens }),
  });
}
