import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenedIngest } from '../../../contract/stages.ts';
import { eventually, type LocalSystem, startLocalSystem, type User } from '../../support/local-system.ts';
import { forgeries } from '../token-forgeries.ts';
import { forgedAccessTokens } from './forged-access-tokens.ts';

/** Something that an answer may show to nobody but those who are named. */
export interface HiddenFact {
  readonly text: string;
  readonly knownTo: readonly string[];
}

/** A participant token in the hands of intruders. */
export interface LooseToken {
  readonly token: string;
  /** Whose it is and for whose stage; absent: it is good nowhere. */
  readonly good?: { readonly userId: string; readonly ownerId: string };
}

/** The local run with two owners in it, those who come to their stages, and what intruders know. */
export interface Siege {
  readonly system: LocalSystem;
  /** Has a public stage. */
  readonly ada: User;
  /** Has a private stage. */
  readonly grace: User;
  /** Invited to both stages. */
  readonly guest: User;
  /** Strangers; the last one is banned from both stages. */
  readonly intruders: readonly User[];
  readonly participantTokens: readonly LooseToken[];
  /** Access tokens that the gateway or the function must refuse, by what is wrong with them. */
  readonly forgedAccessTokens: Readonly<Record<string, string>>;
  readonly hidden: readonly HiddenFact[];
  readonly secrets: readonly string[];
  readonly ids: readonly string[];
  /** Of a participant and of an ingest of Ada's, and one of nothing. */
  readonly partIds: readonly string[];
}

/** @param dataDirectory where the local Cognito keeps its key: only with it can a token be wrong in nothing but its claims */
export async function laySiege(dataDirectory: string): Promise<Siege> {
  const system = await startLocalSystem({ ivsQuotas: 'off', dataDirectory });
  const signUp = async (name: string): Promise<User> => {
    await system.register(name);
    return system.signIn(name);
  };
  const [ada, grace] = [await system.signIn('ada'), await system.signIn('grace')];
  const [guest, olga, oskar] = [await signUp('guest'), await signUp('olga'), await signUp('oskar')];
  const banned = await signUp('banned');
  const tokenOf = async (user: User, { userId: ownerId }: User) => (await user.post(`/stages/${ownerId}/tokens`)).body;
  await eventually(async () => (await tokenOf(ada, ada)).issuedBy === 'key-pair');
  const early = [await tokenOf(olga, grace), await tokenOf(banned, ada)];
  const { streamKey, ingestId } = (await ada.post('/me/stage/ingests')).body as unknown as OpenedIngest;
  for (const owner of [ada, grace]) await prepareStage(owner, guest, banned);
  await grace.patch('/me/stage', { visibility: 'invited' });
  const stages = { ada: await tokenOf(ada, ada), grace: await tokenOf(grace, grace) };
  const { presence } = await system.join(ada, ada.userId);
  const own = await Promise.all(
    [
      [guest, ada],
      [guest, grace],
      [olga, ada],
    ].map(async ([user, owner]) => ({
      user: user as User,
      owner: owner as User,
      ...(await tokenOf(user as User, owner as User)),
    })),
  );
  const stolen = { user_id: grace.userId, resource: stages.grace.stageArn };
  const forged = forgeries({ token: own[0]?.token ?? '', publicKeyPem: publicKeyOf(system), stolen });
  return {
    ...{ system, ada, grace, guest, intruders: [olga, oskar, banned] },
    participantTokens: [
      ...own.map(({ token, user, owner }) => ({ token, good: { userId: user.userId, ownerId: owner.userId } })),
      ...[...early, stages.ada, stages.grace].map(({ token }) => ({ token })),
      ...[ada.accessToken, olga.accessToken, ...Object.values(forged)].map((token) => ({ token })),
    ],
    forgedAccessTokens: {
      ...forgedAccessTokens({ token: olga.accessToken, poolKey: poolKeyIn(dataDirectory), victim: ada.userId }),
      'an ID token': olga.idToken,
      'a participant token': own[2]?.token ?? '',
    },
    hidden: [
      { text: '"displayName":"Grace"', knownTo: [guest.userId] },
      { text: stages.grace.stageArn, knownTo: [guest.userId] },
      { text: outcastOf(ada), knownTo: [] },
      { text: outcastOf(grace), knownTo: [] },
      { text: presence.participantId, knownTo: [] },
      { text: ingestId, knownTo: [] },
    ],
    secrets: [streamKey, ada.accessToken, stages.ada.token, stages.grace.token, ...own.map(({ token }) => token)],
    ids: [ada, grace, guest, olga, oskar, banned].map(({ userId }) => userId),
    partIds: [presence.participantId, ingestId, 'abcdABCDefgh'],
  };
}

async function prepareStage(owner: User, guest: User, banned: User): Promise<void> {
  await owner.put(`/me/stage/guests/${guest.userId}`, { capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] });
  await owner.put(`/stages/${owner.userId}/bans/${banned.userId}`);
  await owner.put(`/stages/${owner.userId}/bans/${outcastOf(owner)}`);
}

const outcastOf = ({ userId }: User): string => `outcast-of-${userId}`;

const publicKeyOf = ({ cloud }: LocalSystem): string => {
  const [key] = cloud.ivs.snapshot().publicKeys ?? [];
  if (!key) throw new Error('IVS has no public key');
  return key.publicKeyMaterial;
};

function poolKeyIn(dataDirectory: string) {
  const state = JSON.parse(readFileSync(path.join(dataDirectory, 'cognito.json'), 'utf8')) as { SigningKey: string };
  const privateKey = createPrivateKey(state.SigningKey);
  return { privateKey, publicKeyPem: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString() };
}
