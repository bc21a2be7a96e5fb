import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HTTP_KINDS, type Intrusion, intrusions } from '../hostile/http/intrusions.ts';
import { differsFromNobody, judgeIntrusion } from '../hostile/http/judge-intrusion.ts';
import { laySiege, type Siege } from '../hostile/http/siege.ts';
import { openTables, type Tables } from '../hostile/http/tables.ts';
import { Tally } from '../hostile/tally.ts';
import type { User } from '../support/local-system.ts';
import { recordProof, seed, times } from '../support/proof.ts';
import { type RawAnswer, sendRaw } from '../support/raw-request.ts';
import { expectNoSecretsIn } from '../support/secrets.ts';

const CASES_A_RUN = 25;
const tally = new Tally();
let siege: Siege;
let tables: Tables;

beforeAll(async () => {
  siege = await laySiege(mkdtempSync(path.join(tmpdir(), 'hostile-')));
  tables = await openTables(siege.system);
}, 60_000);
afterAll(async () => {
  tables?.close();
  await siege?.system.close();
  recordProof('hostile-requests', { figures: tally.figures() });
});

async function intrude(requests: readonly Intrusion[]): Promise<readonly string[]> {
  const { system, ada, grace } = siege;
  const owners = [ada.userId, grace.userId];
  const before = await tables.ownedBy(owners);
  const found: string[] = [];
  for (const intrusion of requests) {
    const answer = await sendRaw(system.cloud.apiUrl, intrusion.request);
    const findings = [...judgeIntrusion(siege, intrusion, answer)];
    if (await tellsOfHiddenStage(intrusion, answer)) {
      findings.push({ kind: 'crossing', text: `not as of nobody: ${JSON.stringify(answer)}` });
    }
    tally.count(intrusion.kind, answer.status, findings);
    found.push(...findings.map(({ kind, text }) => `${kind}: ${text}\n${describeRequest(intrusion)}`));
  }
  const after = await tables.ownedBy(owners);
  if (after !== before) {
    const text = `one of these changed\n${before}\nto\n${after}\n${requests.map(describeRequest).join('\n')}`;
    tally.find([{ kind: 'crossing' }]);
    found.push(`crossing: ${text}`);
  }
  await tables.clearRateLimits();
  return found;
}

/** Asks the same of nobody's stage, where the caller must not know of the one that they asked for. */
async function tellsOfHiddenStage({ kind, routeKey, caller, ownerId, request }: Intrusion, answer: RawAnswer) {
  const { system, grace, guest } = siege;
  const isHidden = ownerId === grace.userId && caller.userId !== guest.userId && routeKey.includes('{ownerId}');
  if (kind !== 'ids of others' || !isHidden) return false;
  const target = request.target.replace(ownerId, NOBODY);
  return differsFromNobody(answer, await sendRaw(system.cloud.apiUrl, { ...request, target }), ownerId, NOBODY);
}

/** As long as any other id. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

const describeRequest = ({ request: { body, ...rest } }: Intrusion): string =>
  JSON.stringify({ ...rest, body: body?.toString().slice(0, 300) }).slice(0, 1_500);

describe('requests of intruders', () => {
  it(
    'are never answered with 500, and none sees or changes what is not theirs',
    async () => {
      const runs = fc.array(intrusions(siege), { minLength: CASES_A_RUN, maxLength: CASES_A_RUN });
      await fc.assert(
        fc.asyncProperty(runs, async (requests) => {
          const findings = await intrude(requests);
          if (findings.length > 0) throw new Error(findings.join('\n\n'));
        }),
        {
          ...seed,
          numRuns: times({ quick: 300, long: 5_000 }) / CASES_A_RUN,
          endOnFailure: true,
          asyncReporter: report,
        },
      );
      expect(tally.kinds()).toEqual([...HTTP_KINDS].sort());
    },
    times({ quick: 120_000, long: 900_000 }),
  );

  it.each([
    ['7 MB, which API Gateway takes and Lambda does not', 7],
    ['11 MB, which API Gateway does not take', 11],
  ])('are refused with a body of %s', async (_what, megabytes) => {
    const [{ accessToken }] = siege.intruders as [User];
    const headers = [
      ['authorization', `Bearer ${accessToken}`] as const,
      ['content-type', 'application/json'] as const,
    ];
    const body = `{"visibility":"${'x'.repeat(megabytes * 2 ** 20)}"}`;
    const { status } = await sendRaw(siege.system.cloud.apiUrl, {
      method: 'PATCH',
      target: '/me/stage',
      headers,
      body,
    });
    // 0: the connection was cut while the rest of the body was under way.
    expect([0, 400, 413]).toContain(status);
  });

  it('are told what is wrong with a cursor that only IVS can know to be none', async () => {
    const { ada } = siege;
    await tables.clearRateLimits();
    const encoded = Buffer.from('noPageTokenOfThisStage').toString('base64url');
    const { status, body } = await ada.get(`/stages/${ada.userId}/participants?cursor=${encoded}`);
    expect({ status, detail: body.detail }).toEqual({
      status: 400,
      detail: 'cursor must be one that a page answered, got one that IVS refuses',
    });
  });

  it('leave log lines that are one line each and hold no secret', () => {
    const { logLines } = siege.system;
    expect(logLines.filter((line) => line.split('').some(isControl))).toEqual([]);
    const ofFunctions = logLines.flatMap((line) => /^\[[\w-]+\] (.*)$/.exec(line)?.[1] ?? []);
    expect(ofFunctions.length).toBeGreaterThan(0);
    expect(ofFunctions.filter((line) => typeof JSON.parse(line) !== 'object')).toEqual([]);
    expectNoSecretsIn(logLines, siege.secrets);
  });
});

async function report({
  failed,
  seed: used,
  counterexamplePath,
  errorInstance,
}: fc.RunDetails<[Intrusion[]]>): Promise<void> {
  if (failed) throw new Error(`seed ${used}, path ${counterexamplePath}\n${errorInstance}`);
}

const isControl = (character: string): boolean => character < ' ' || character === '\u007f';
