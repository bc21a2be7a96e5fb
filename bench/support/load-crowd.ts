import { setTimeout as delay } from 'node:timers/promises';
import { DEMO_PASSWORD, type LocalCloud } from '../../local/cloud/index.ts';
import { isRefusal } from '../../local/ivs/index.ts';
import type { Crowd, Member } from './load-mix.ts';
import { askForToken, claimsOf, signIn, type Target } from './load-requests.ts';

/** Of one member: the queue makes 4.5 stages a second, and the first key pair is there some seconds after the start. */
const MOST_OF_A_STEP_MS = 60_000;
const PAUSE_MS = 300;
const SANDBOXES = 4;

export const targetOf = ({ apiUrl, outputs }: LocalCloud): Target => ({
  apiUrl,
  cognitoUrl: String(outputs.CognitoEndpoint),
  clientId: String(outputs.UserPoolClientId),
});

/** So many users, signed in, each with a stage; and functions that have started and know the signing key. */
export async function gatherCrowd(cloud: LocalCloud, size: number): Promise<Crowd> {
  const members: Member[] = [];
  for (let i = 0; i < size; i++) members.push(await gather(cloud, `member-${i}`));
  const [member] = members;
  if (member) await until(() => warmUp(cloud, member));
  return members;
}

/** As many at once as a function has sandboxes: a cold one may need some time to read the key. */
async function warmUp(cloud: LocalCloud, { userName, userId, accessToken }: Member): Promise<boolean> {
  const target = targetOf(cloud);
  const atOnce = Array.from({ length: SANDBOXES });
  await Promise.all(atOnce.map(() => signIn(target, userName)));
  const path = `/stages/${userId}/tokens`;
  const tokens = await Promise.all(atOnce.map(() => askForToken(target, accessToken, path, {})));
  return tokens.every(({ token = '' }) => isOfKeyPair(cloud, token));
}

export const addUser = ({ cognito }: LocalCloud, userName: string): Promise<void> =>
  cognito.addUser({ userName, password: DEMO_PASSWORD, attributes: { email: `${userName}@example.com` } });

async function gather(cloud: LocalCloud, userName: string): Promise<Member> {
  await addUser(cloud, userName);
  const target = targetOf(cloud);
  const accessToken = tokenOf(await signIn(target, userName));
  await until(() => hasStage(cloud, accessToken));
  const userId = claimsOf(accessToken).sub;
  const hostToken = async () => tokenOf(await askForToken(target, accessToken, `/stages/${userId}/tokens`, {}));
  await until(async () => isOfKeyPair(cloud, await hostToken()));
  const hostTokens = [await hostToken(), await hostToken()] as const;
  return { userName, userId, stageArn: claimsOf(hostTokens[0]).resource, accessToken, hostTokens };
}

async function hasStage({ apiUrl }: LocalCloud, accessToken: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch(`${apiUrl}/me/stage`, { method: 'PUT', headers });
  await response.text();
  return response.status === 200;
}

function isOfKeyPair({ ivs }: LocalCloud, token: string): boolean {
  const admission = ivs.live.verify(token);
  return !isRefusal(admission) && admission.issuedBy === 'key-pair';
}

function tokenOf({ token, failure }: Awaited<ReturnType<typeof signIn>>): string {
  if (token === undefined) throw new Error(`the load cannot be prepared: ${failure}`);
  return token;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + MOST_OF_A_STEP_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error('the load could not be prepared in time');
    await delay(PAUSE_MS);
  }
}
