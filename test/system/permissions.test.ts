import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { OpenedIngest } from '../../contract/stages.ts';
import {
  assemblyDirectory,
  eventually,
  type LocalSystem,
  startLocalSystem,
  type User,
} from '../support/local-system.ts';

const TEMPLATE = 'Stagedoor.template.json';
const inAMonth = () => new Date(Date.now() + 31 * 86_400_000).toISOString();
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

let system: LocalSystem | undefined;
const directories: string[] = [];
afterEach(async () => {
  await system?.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** The same assembly, but one action is missing from the role of one function. */
function assemblyWithout(functionId: string, action: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-less-'));
  directories.push(directory);
  for (const name of readdirSync(assemblyDirectory())) {
    if (name !== TEMPLATE) symlinkSync(join(assemblyDirectory(), name), join(directory, name));
  }
  const template = JSON.parse(readFileSync(join(assemblyDirectory(), TEMPLATE), 'utf8')) as Template;
  const [policy] = Object.entries(template.Resources).filter(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(`${functionId}Role`),
  );
  const statements = policy?.[1].Properties.PolicyDocument?.Statement ?? [];
  let removed = 0;
  for (const statement of statements) {
    const actions = [statement.Action].flat();
    statement.Action = actions.filter((name) => name !== action);
    removed += actions.length - statement.Action.length;
  }
  expect(removed).toBeGreaterThan(0);
  const policyDocument = policy?.[1].Properties.PolicyDocument;
  if (policyDocument) policyDocument.Statement = statements.filter(({ Action }) => Action.length > 0);
  writeFileSync(join(directory, TEMPLATE), JSON.stringify(template));
  return directory;
}

interface Template {
  readonly Resources: Record<
    string,
    { Type: string; Properties: { PolicyDocument?: { Statement: { Action: string | string[] }[] } } }
  >;
}

const tokenOf = (user: User) => user.post(`/stages/${user.userId}/tokens`);

describe('without one of its grants', () => {
  it.each([
    {
      functionId: 'SignIn',
      action: 'ivs:CreateStage',
      outcome: 'lets the user in, and the queue makes the stage',
      journey: async (run: LocalSystem) => {
        const { userId } = await run.signIn('ada');
        await eventually(async () => (await run.profile(userId))?.stageArn);
      },
    },
    {
      functionId: 'Provision',
      action: 'dynamodb:GetItem',
      outcome: 'leaves the stage in the queue',
      journey: async (run: LocalSystem) => {
        run.cloud.ivs.setFaults({ rules: [{ kind: 'throttle' }] });
        const user = await run.signIn('ada');
        await eventually(() => run.denials.length > 0);
        expect((await user.get('/me/stage')).body.status).toBe('provisioning');
      },
    },
    {
      functionId: 'Me',
      action: 'dynamodb:UpdateItem',
      outcome: 'answers 500 and says nothing of the cause',
      journey: async (run: LocalSystem) => {
        const { status, body } = await (await run.signIn('ada')).put('/me/stage');
        expect({ status, code: body.code }).toEqual({ status: 500, code: 'INTERNAL' });
        expect(body.detail).not.toMatch(/dynamodb|arn:/i);
      },
    },
    {
      functionId: 'Tokens',
      action: 'secretsmanager:GetSecretValue',
      outcome: 'has IVS make the tokens',
      journey: async (run: LocalSystem) =>
        expect(await tokenOf(await run.signIn('ada'))).toMatchObject({ status: 201, body: { issuedBy: 'ivs-api' } }),
    },
    {
      functionId: 'Rotation',
      action: 'ivs:ImportPublicKey',
      outcome: 'makes no key, and IVS makes the tokens',
      journey: async (run: LocalSystem) => {
        await eventually(() => run.denials.length > 0);
        expect(await tokenOf(await run.signIn('ada'))).toMatchObject({ status: 201, body: { issuedBy: 'ivs-api' } });
      },
    },
    {
      functionId: 'Read',
      action: 'dynamodb:BatchGetItem',
      outcome: 'shows no stage',
      journey: async (run: LocalSystem) => {
        const user = await run.signIn('ada');
        expect((await user.get(`/stages/${user.userId}`)).status).toBe(500);
      },
    },
    {
      functionId: 'Rotation',
      action: 'secretsmanager:PutSecretValue',
      outcome: 'deletes the key that it could not keep when it is called again later',
      journey: async (run: LocalSystem) => {
        await eventually(() => run.denials.length > 0);
        const keys = () => (run.cloud.ivs.snapshot().publicKeys ?? []).map(({ arn }) => arn);
        const [leftover = ''] = keys();
        await retag(run, leftover, { 'stagedoor:createdAt': ago(20 * 60_000) });
        await expect(run.cloud.rotateSecret(String(run.cloud.outputs.SigningSecretArn))).rejects.toThrow();
        expect(keys()).not.toContain(leftover);
      },
    },
    {
      functionId: 'Moderation',
      action: 'ivs:DisconnectParticipant',
      outcome: 'kicks nobody, and says nothing of the cause',
      journey: async (run: LocalSystem) => {
        const [ada, grace] = [await run.signIn('ada'), await run.signIn('grace')];
        const { presence } = await run.join(grace, ada.userId);
        const { status, body } = await ada.delete(`/stages/${ada.userId}/participants/${presence.participantId}`);
        expect({ status, code: body.code }).toEqual({ status: 500, code: 'INTERNAL' });
        expect(body.detail).not.toMatch(/ivs:|arn:/i);
      },
    },
    {
      functionId: 'Moderation',
      action: 'dynamodb:PutItem',
      outcome: 'invites nobody',
      journey: async (run: LocalSystem) => {
        const [ada, grace] = [await run.signIn('ada'), await run.signIn('grace')];
        expect((await ada.put(`/me/stage/guests/${grace.userId}`, {})).status).toBe(500);
        expect((await ada.get('/me/stage/guests')).body).toEqual({ guests: [] });
      },
    },
    {
      functionId: 'Me',
      action: 'ivs:CreateIngestConfiguration',
      outcome: 'opens no ingest, and the next attempt can begin at once',
      journey: async (run: LocalSystem) => {
        const ada = await run.signIn('ada');
        for (let attempt = 1; attempt <= 2; attempt++) {
          const { status, body } = await ada.post('/me/stage/ingests');
          expect({ attempt, status, code: body.code }).toEqual({ attempt, status: 500, code: 'INTERNAL' });
        }
        expect((await ada.get('/me/stage/ingests')).body).toEqual({ ingests: [] });
      },
    },
    {
      functionId: 'Me',
      action: 'ivs:DeleteIngestConfiguration',
      outcome: 'keeps the ingest in the list, for another attempt',
      journey: async (run: LocalSystem) => {
        const ada = await run.signIn('ada');
        const { ingestId } = (await ada.post('/me/stage/ingests')).body as unknown as OpenedIngest;
        expect((await ada.delete(`/me/stage/ingests/${ingestId}`)).status).toBe(500);
        expect((await ada.get('/me/stage/ingests')).body).toMatchObject({ ingests: [{ ingestId }] });
      },
    },
    {
      functionId: 'Status',
      action: 'dynamodb:GetItem',
      outcome: 'leaves it to the reconcile pass to find who publishes',
      journey: async (run: LocalSystem) => {
        const ada = await run.signIn('ada');
        const { presence } = await run.join(ada, ada.userId);
        presence.publish();
        await eventually(() => run.denials.length > 0);
        expect((await ada.get('/me/stage')).body.live).toBe(false);
        await run.reconcile();
        expect((await ada.get('/me/stage')).body.live).toBe(true);
      },
    },
    {
      functionId: 'Reconcile',
      action: 'ivs:ListParticipants',
      outcome: 'changes nothing and reports the failure',
      journey: async (run: LocalSystem) => {
        run.cloud.ivs.setEventDelivery({ lose: 1 });
        const ada = await run.signIn('ada');
        const { presence } = await run.join(ada, ada.userId);
        presence.publish();
        expect(await run.reconcile()).toMatchObject({ corrected: 0, failed: 1 });
        expect((await ada.get('/me/stage')).body.live).toBe(false);
      },
    },
    {
      functionId: 'CleanUp',
      action: 'ivs:DeleteStage',
      outcome: 'removes nothing and reports the failure',
      journey: async (run: LocalSystem) => {
        await run.signIn('ada');
        expect(await run.cleanUp({ time: inAMonth() })).toMatchObject({ stale: { failed: 1 } });
        expect(run.cloud.ivs.stages()).toHaveLength(1);
      },
    },
  ])('$functionId ($action) $outcome', async ({ functionId, action, journey }) => {
    const assemblyDirectory = assemblyWithout(functionId, action);
    system = await startLocalSystem({ assemblyDirectory, mayBeDenied: [`${functionId} ${action}`] });
    await journey(system);
    expect(system.denials.length).toBeGreaterThan(0);
    for (const denial of system.denials) {
      expect(denial).toMatch(
        new RegExp(`${functionId}.* is not authorized to perform: ${action} on resource: arn:aws:`),
      );
    }
  });
});

describe('a stage of another deployment', () => {
  it('is not deleted, though a profile names it', async () => {
    system = await startLocalSystem({ mayBeDenied: ['CleanUp ivs:GetStage'] });
    await system.signIn('ada');
    const [stage] = system.cloud.ivs.stages();
    await retag(system, stage?.arn ?? '', { 'stagedoor:deployment': 'Stagedoor-other' });
    expect(await system.cleanUp({ time: inAMonth() })).toMatchObject({ stale: { foreign: 1 } });
    expect(system.cloud.ivs.stages()).toHaveLength(1);
    expect(system.denials.join('\n')).toMatch(/CleanUp.*ivs:GetStage/);
  });
});

async function retag({ cloud }: LocalSystem, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(`${cloud.ivs.url}/tags/${encodeURIComponent(arn)}`, {
    method: 'POST',
    body: JSON.stringify({ tags }),
  });
  expect(response.status).toBe(200);
}
