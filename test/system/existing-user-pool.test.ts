import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { assemblyDirectory, type LocalSystem, startLocalSystem } from '../support/local-system.ts';

const TEMPLATE = 'Stagedoor.template.json';

/** The assembly as it is, but for a user pool that calls nobody: as one that nobody attached triggers to. */
function assemblyWithoutTriggers(): string {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-no-triggers-'));
  const original = assemblyDirectory();
  for (const name of readdirSync(original)) {
    if (name !== TEMPLATE) symlinkSync(join(original, name), join(directory, name));
  }
  const template = JSON.parse(readFileSync(join(original, TEMPLATE), 'utf8')) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>;
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Cognito::UserPool') Object.assign(Properties, { LambdaConfig: {} });
  }
  writeFileSync(join(directory, TEMPLATE), JSON.stringify(template));
  return directory;
}

let directory: string;
let system: LocalSystem;
beforeAll(async () => {
  directory = assemblyWithoutTriggers();
  system = await startLocalSystem({ assemblyDirectory: directory });
}, 30_000);
afterAll(async () => {
  await system.close();
  rmSync(directory, { recursive: true });
});

it('gives a user whose sign-in told nobody a stage when they ask for it, and a name of its own', async () => {
  const ada = await system.signIn('ada');
  expect(await system.profile(ada.userId)).toBeUndefined();
  expect(await ada.get('/me/stage')).toMatchObject({ status: 404, body: { code: 'STAGE_NOT_FOUND' } });
  expect(await ada.post(`/stages/${ada.userId}/tokens`)).toMatchObject({ body: { code: 'STAGE_NOT_READY' } });

  const displayName = `Guest-${ada.userId.slice(-4)}`;
  expect(await ada.put('/me/stage')).toMatchObject({ status: 200, body: { status: 'active', displayName } });
  expect(await ada.post(`/stages/${ada.userId}/tokens`)).toMatchObject({ status: 201, body: { role: 'host' } });
});
