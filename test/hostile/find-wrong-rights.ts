import { createPublicKey } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { jwtVerify } from 'jose';
import type { Capability, ParticipantToken, StageSummary } from '../../contract/stages.ts';
import { type Rights, rightsOn } from './border.ts';
import { readBody } from './hostile-case.ts';
import { houseKey } from './house.ts';
import type { Encounter, Finding } from './run-case.ts';

const publicKey = createPublicKey(houseKey.privateKey);

/** Rights that an answer grants, in a token or by saying so, other than the caller has. */
export async function findWrongRights(encounter: Encounter): Promise<readonly Finding[]> {
  const { given, answer } = encounter;
  if (answer.status >= 300 || answer.body === '') return [];
  const body: unknown = JSON.parse(answer.body);
  const texts = given.routeKey.includes('/tokens')
    ? await wrongToken(encounter, body as ParticipantToken)
    : wrongWords(encounter, body);
  return texts.map((text): Finding => ({ kind: 'crossing', text }));
}

async function wrongToken(encounter: Encounter, answered: ParticipantToken): Promise<readonly string[]> {
  const { given, house, who, subject = '', rights, arns } = encounter;
  const expected = rights && expectedToken(encounter, rights);
  if (!expected || !who || !rights) return ['a token without the right to one'];
  const now = house.world.now();
  const { payload } = await jwtVerify(answered.token, publicKey, { algorithms: ['ES384'], currentDate: now });
  const lifeSeconds = Number(payload.exp) - now.getTime() / 1000;
  const { capabilities, participantId } = expected;
  const said = {
    ...{ user_id: payload.user_id, resource: payload.resource, attributes: payload.attributes, jti: payload.jti },
    capabilities: payload.capabilities,
    answer: { ...answered, token: '', expiresAt: Date.parse(answered.expiresAt) / 1000 },
  };
  const due = {
    user_id: who.userId,
    resource: arns.get(subject),
    attributes: { name: nameShown(encounter), role: rights.role, capabilities: capabilities.join(',') },
    jti: participantId ?? payload.jti,
    capabilities: {
      ...(capabilities.some((name) => name.startsWith('PUBLISH')) && { allow_publish: true }),
      ...(capabilities.some((name) => name.startsWith('SUBSCRIBE')) && { allow_subscribe: true }),
    },
    answer: {
      ...{ token: '', participantId: payload.jti, userId: who.userId, stageArn: arns.get(subject) },
      ...{ role: rights.role, capabilities, expiresAt: payload.exp, issuedBy: 'key-pair' },
    },
  };
  const wrong = isDeepStrictEqual(said, due) ? [] : [`${JSON.stringify(said)} instead of ${JSON.stringify(due)}`];
  const tooLong = lifeSeconds > rights.longestSeconds;
  return tooLong ? [...wrong, `${given.routeKey}: a token for ${lifeSeconds} s of ${rights.longestSeconds} s`] : wrong;
}

/** Whoever has no profile is shown by the end of their id. */
function nameShown({ who, before }: Encounter): string {
  const userId = who?.userId ?? '';
  const profile = JSON.parse(before.get(userId)?.profile ?? 'null') as { readonly displayName: string } | null;
  return profile?.displayName ?? `Guest-${userId.replace(/[^A-Za-z0-9]/g, '').slice(-4)}`;
}

/** Undefined: none is due. */
function expectedToken(encounter: Encounter, { most }: Rights) {
  const { given, who, subject, tokens, before } = encounter;
  const request = readBody(given) as { readonly token?: string; readonly capabilities?: readonly Capability[] };
  const asked = request.capabilities && [...request.capabilities].sort();
  if (asked?.some((capability) => !most.includes(capability))) return undefined;
  if (!given.routeKey.endsWith('/exchange')) return { capabilities: asked ?? most };
  const { held } = tokens.find(({ token }) => token === request.token) ?? {};
  if (held?.userId !== who?.userId || held?.ownerId !== subject || !held) return undefined;
  if (before.get(held.ownerId)?.burnt.includes(`/${held.participantId} `)) return undefined;
  const { participantId } = held;
  return { participantId, capabilities: asked ?? held.capabilities.filter((capability) => most.includes(capability)) };
}

/** Summaries say the caller's own role; `/me` answers are about the caller. */
function wrongWords({ given, house, who, before }: Encounter, body: unknown): readonly string[] {
  if (!who) return ['an answer to nobody'];
  const { routeKey } = given;
  if (routeKey.endsWith('/me/stage')) {
    return (body as { ownerId: string }).ownerId === who.userId ? [] : ['the stage of somebody else'];
  }
  if (!/^GET \/stages(\/\{ownerId\})?$/.test(routeKey)) return [];
  const summaries = routeKey === 'GET /stages' ? (body as { stages: StageSummary[] }).stages : [body as StageSummary];
  return summaries.flatMap((summary) => {
    const { role, most, knows } = rightsOn(house.world, summary.ownerId, who);
    const isRight = knows && before.has(summary.ownerId) && summary.role === role;
    return isRight && isDeepStrictEqual(summary.capabilities, most) ? [] : [`said: ${JSON.stringify(summary)}`];
  });
}
