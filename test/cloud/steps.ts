import {
  CreateParticipantTokenCommand,
  CreateStageCommand,
  DeleteStageCommand,
  GetStageCommand,
} from '@aws-sdk/client-ivs-realtime';
import type { OpenedIngest, ParticipantsPage, ParticipantToken, UserStage } from '../../contract/stages.ts';
import type { CleanUpAnswer } from '../../lambdas/events/clean-up/clean-up.ts';
import type { CleanUpReport } from '../../lambdas/stages/clean-up/clean-up-report.ts';
import { DEPLOYMENT_TAG, OWNER_TAG, stageNameOf, tagsOf } from '../../lambdas/stages/stage-tags.ts';
import { asError, type Bench, type Evidence, patiently } from './evidence.ts';
import type { KnownPerson } from './people.ts';

/** Does a part of the check under its name. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const EVERYTHING = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
/** Older than the 15 minutes for which the clean-up leaves orphans alone. */
const TWIN_AGE_MS = 3_600_000;
const MOST_DRY_RUNS = 5;

/**
 * A host and a guest go through what a deployment promises. The first step that fails ends it. What either can do on their
 * own stage is shared out, because the API lets one user make five requests that call IVS, and then one a second.
 */
export async function takeSteps(bench: Bench, step: Step, prefix: string): Promise<Evidence> {
  const { people, api } = bench;
  const [newHost, newGuest] = await step('make two users, by AdminCreateUser', async () => [
    await people.make(`${prefix}-host`),
    await people.make(`${prefix}-guest`),
  ]);
  const [host, guest] = await step('sign them in', async () => [
    await people.signIn(newHost),
    await people.signIn(newGuest),
  ]);
  const stageArn = await step('find a stage for each, tagged as theirs', async () => {
    await findStage(bench, guest);
    return findStage(bench, host);
  });
  const tokens = `/stages/${host.userId}/tokens` as const;
  const token = await step('give the host a token', () => giveHostToken(bench, host));
  const viewing = await step('give a viewer one to subscribe only', async () => {
    await api.call(host, 'PATCH /me/stage', { send: { visibility: 'public' }, expect: 200 });
    const send = { capabilities: ['PUBLISH_VIDEO'] };
    await api.call(guest, `POST ${tokens}`, { send, expect: 403, code: 'CAPABILITY_NOT_ALLOWED' });
    return api.call<ParticipantToken>(guest, `POST ${tokens}`, { expect: 201 });
  });
  await step('invite the viewer, who exchanges the token to publish', () => invite(bench, host, guest, viewing));
  await step('withdraw the invitation', async () => {
    await api.call(host, `DELETE /me/stage/guests/${guest.userId}`, { expect: 204 });
    const send = { capabilities: ['PUBLISH_VIDEO'] };
    await api.call(guest, `POST ${tokens}`, { send, expect: 403, code: 'CAPABILITY_NOT_ALLOWED' });
  });
  await step("list the participants of the guest's stage, and kick one who is not there", async () => {
    const participants = `/stages/${guest.userId}/participants` as const;
    const page = await api.call<ParticipantsPage>(guest, `GET ${participants}`, { expect: 200 });
    expectThat(page.participants.length === 0, `nobody has joined, but ${page.participants.length} are listed`);
    await api.call(guest, `DELETE ${participants}/${viewing.participantId}`, { expect: 404, code: 'NOT_FOUND' });
  });
  await step('ban the viewer, and lift the ban', async () => {
    const ban = `/stages/${host.userId}/bans/${guest.userId}` as const;
    await api.call(host, `PUT ${ban}`, { send: {}, expect: 204 });
    await api.call(guest, `POST ${tokens}`, { expect: 403, code: 'BANNED' });
    await api.call(host, `DELETE ${ban}`, { expect: 204 });
    await api.call(guest, `POST ${tokens}`, { expect: 201 });
  });
  await step('open an ingest of it, and close it', async () => {
    const { ingestId } = await api.call<OpenedIngest>(guest, 'POST /me/stage/ingests', { send: {}, expect: 201 });
    await api.call(guest, `DELETE /me/stage/ingests/${ingestId}`, { expect: 204 });
  });
  await step('list the live stages', () => api.call(guest, 'GET /stages?live=true', { expect: 200 }));
  const ivsToken = await step('ask IVS for a token for the same stage, by CreateParticipantToken', () =>
    askIvsForToken(bench, stageArn, host),
  );
  const afterRefresh = await step('let the guest delete all that is theirs, and come back to a new stage', async () => {
    await leave(bench, guest);
    const profile = await refreshWithoutProfile(bench, guest);
    await comeBack(bench, guest);
    return profile;
  });
  const { twin, cleanUp } = await step('dry-run the clean-up on an orphan and a missing stage', async () => {
    const twin = await makeTwin(bench, host);
    await bench.aws.ivs.send(new DeleteStageCommand({ arn: await findStage(bench, guest) }));
    return { twin, cleanUp: await dryRunCleanUp(bench, twin) };
  });
  return { host, stageArn, token, ivsToken, twin, afterRefresh, cleanUp };
}

function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

async function findStage(bench: Bench, person: KnownPerson): Promise<string> {
  const { api, aws, deployment } = bench;
  const { userId } = person;
  const arn = await patiently(bench, async () => {
    const { status, arn } = await api.call<UserStage>(person, 'GET /me/stage', { expect: 200 });
    return status === 'active' ? arn : undefined;
  });
  const { name, tags = {} } = (await aws.ivs.send(new GetStageCommand({ arn }))).stage ?? {};
  expectThat(name === stageNameOf(userId), `the stage of ${userId} is called ${name}`);
  const isTheirs = tags[OWNER_TAG] === userId && tags[DEPLOYMENT_TAG] === deployment.DeploymentName;
  expectThat(isTheirs, `the stage of ${userId} has the tags ${JSON.stringify(tags)}`);
  return arn;
}

async function giveHostToken({ api }: Bench, host: KnownPerson): Promise<ParticipantToken> {
  const token = await api.call<ParticipantToken>(host, `POST /stages/${host.userId}/tokens`, { expect: 201 });
  const { role, capabilities } = token;
  expectThat(role === 'host' && String(capabilities) === String(EVERYTHING), `a ${role} may ${capabilities}`);
  return token;
}

/** Where IVS makes the tokens, none can be exchanged. */
async function invite({ api }: Bench, host: KnownPerson, guest: KnownPerson, held: ParticipantToken): Promise<void> {
  await api.call(host, `PUT /me/stage/guests/${guest.userId}`, { send: {}, expect: 204 });
  const exchange = `POST /stages/${host.userId}/tokens/exchange` as const;
  const send = { token: held.token, capabilities: EVERYTHING };
  if (held.issuedBy === 'ivs-api') {
    await api.call(guest, exchange, { send, expect: 409, code: 'EXCHANGE_NOT_SUPPORTED' });
    return;
  }
  const { role, participantId } = await api.call<ParticipantToken>(guest, exchange, { send, expect: 200 });
  expectThat(role === 'guest' && participantId === held.participantId, `${participantId} became a ${role}`);
}

/** As the function does that asks IVS where no token can be signed; no request can make it do so. */
export async function askIvsForToken({ aws }: Bench, stageArn: string, { userId }: KnownPerson) {
  const attributes = { name: 'Check', role: 'host', capabilities: EVERYTHING.join(',') };
  const capabilities = ['PUBLISH' as const, 'SUBSCRIBE' as const];
  const command = new CreateParticipantTokenCommand({ stageArn, userId, attributes, capabilities, duration: 15 });
  const { token, participantId, expirationTime } = (await aws.ivs.send(command)).participantToken ?? {};
  expectThat(token !== undefined && participantId !== undefined, 'CreateParticipantToken gave no token');
  expectThat(expirationTime instanceof Date, 'CreateParticipantToken told no expiry');
  return { token, participantId };
}

export async function leave({ api }: Pick<Bench, 'api'>, person: KnownPerson): Promise<void> {
  await api.call(person, 'DELETE /me', { expect: 204 });
  await api.call(person, 'GET /me/stage', { expect: 404, code: 'STAGE_NOT_FOUND' });
}

/** Whether a refresh counts as a sign-in: then it has made a profile. */
async function refreshWithoutProfile({ api, people }: Bench, person: KnownPerson): Promise<Evidence['afterRefresh']> {
  try {
    await people.refresh(person);
  } catch (error) {
    return asError(error);
  }
  const { ownerId } = await api.call<Partial<UserStage>>(person, 'GET /me/stage', { expect: [200, 404] });
  return ownerId === undefined ? 'nothing' : 'a profile';
}

/** The PUT that makes a stage hands out a token of IVS's own, which CreateStage gave. The queue gives none. */
async function comeBack(bench: Bench, person: KnownPerson): Promise<void> {
  const { api } = bench;
  for (let tries = 1; tries <= 3; tries += 1) {
    const { participantTokens } = await api.call<UserStage>(person, 'PUT /me/stage', { expect: [200, 202] });
    const { token, issuedBy } = participantTokens[person.userId] ?? {};
    if (token !== undefined) {
      expectThat(issuedBy === 'ivs-api', `the first token of a stage is issued by ${issuedBy}`);
      const exchange = `POST /stages/${person.userId}/tokens/exchange` as const;
      await api.call(person, exchange, { send: { token }, expect: 409, code: 'EXCHANGE_NOT_SUPPORTED' });
      return;
    }
    // IVS was busy, or a refresh has already made the stage.
    await findStage(bench, person);
    await leave(bench, person);
  }
  throw new Error('three times IVS was too busy to make the stage at once');
}

/** An orphan with the name of the host's stage: should the check break off, the clean-up deletes it within the hour. */
async function makeTwin({ aws, deployment, now }: Bench, { userId: ownerId }: KnownPerson): Promise<string | Error> {
  const createdAt = new Date(now() - TWIN_AGE_MS).toISOString();
  const tags = tagsOf({ ownerId, deployment: deployment.DeploymentName, attemptId: 'cloud-check', createdAt });
  try {
    const { stage } = await aws.ivs.send(new CreateStageCommand({ name: stageNameOf(ownerId), tags }));
    return stage?.arn ?? new Error('CreateStage told no ARN');
  } catch (error) {
    return asError(error);
  }
}

/** A real run would also remove what is none of the check's. Whether ListStages knows a new stage at once is not documented. */
async function dryRunCleanUp(bench: Bench, twin: string | Error): Promise<CleanUpReport> {
  for (let runs = 1; ; runs += 1) {
    const report = await patiently(bench, () => askForDryRun(bench));
    const { dryRun, complete, orphans } = report;
    expectThat(dryRun && complete, `the run was ${dryRun ? 'not completed' : 'not dry'}`);
    if (typeof twin !== 'string' || (orphans.deleted ?? 0) > 0) return report;
    expectThat(runs < MOST_DRY_RUNS, `${runs} runs did not see the orphan, but ${JSON.stringify(orphans)}`);
    await bench.pause();
  }
}

async function askForDryRun({ aws, deployment }: Bench): Promise<CleanUpReport | undefined> {
  const answer = (await aws.invoke(deployment.CleanUpFunctionName, { dryRun: true })) as CleanUpAnswer;
  // Another run has the lease.
  return 'skipped' in answer ? undefined : answer;
}
