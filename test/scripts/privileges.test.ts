import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { openTemplate } from '../../local/cloud/template/open-template.ts';
import { checkTemplate, type SynthesizedTemplate } from '../../scripts/privileges/check-template.ts';
import { type Grant, readActors } from '../../scripts/privileges/grants.ts';
import { type Call, RECORDS_DIRECTORY, readRecords } from '../../scripts/privileges/record.ts';
import { renderPrivileges } from '../../scripts/privileges/report.ts';
import { synthesize } from '../support/synthesized.ts';

jest.setTimeout(30_000);

type RawTemplate = SynthesizedTemplate['raw'];

const TAG = 'aws:ResourceTag/stagedoor:deployment';

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, string>>;
}

const template: SynthesizedTemplate = {
  stackName: 'Stagedoor',
  raw: synthesize().template.toJSON() as RawTemplate,
  region: 'us-east-1',
  accountId: '000000000000',
};
const needed = readActors(openTemplate(template.raw, { ...template, addresses: {} }), template.accountId).flatMap(
  ({ grants }) => grants.map(callThatNeeds),
);

/** As a system test would have made it. */
function callThatNeeds({ actor, action, resource, condition = {} }: Grant): Call {
  const context = Object.assign({}, ...Object.values(condition)) as Record<string, string>;
  const asked = { actor, action, resource: resource.replaceAll('*', 'some'), context };
  // Without an id, as the service asks for it.
  const named = { ...asked, ...(/^ivs:List(?!Tags|Participant)/.test(action) && { resource }) };
  return { ...named, allowed: true, test: 'does it all', by: 'test/system/all.test.ts' };
}

/** What is found when a statement of a function's role, the one with this action, is another. */
function findingsWith(actor: string, action: string, change: (statement: Statement) => void): readonly string[] {
  const raw = structuredClone(template.raw);
  const [, policy] = Object.entries(raw.Resources).find(([id]) => id.startsWith(`${actor}RoleDefaultPolicy`)) ?? [];
  const { Statement } = (policy?.Properties?.PolicyDocument ?? { Statement: [] }) as { Statement: Statement[] };
  const chosen = Statement.find(({ Action }) => [Action].flat().includes(action));
  if (chosen === undefined) throw new Error(`${actor} may not ${action}`);
  change(chosen);
  return checkTemplate({ ...template, raw }, needed).findings;
}

describe('the check of privileges', () => {
  it('finds nothing where each grant is needed by a test, by AWS at work or for logs', () => {
    expect(checkTemplate(template, needed).findings).toEqual([]);
  });

  it('finds a grant that no test needs', () => {
    const rest = needed.filter(({ actor, action }) => actor !== 'Moderation' || action !== 'ivs:GetParticipant');
    expect(checkTemplate(template, rest).findings).toEqual([
      expect.stringMatching(
        /^Moderation may ivs:GetParticipant on arn:aws:ivs:us-east-1:000000000000:stage\/\* if .*, and no system test needs it: take the grant out/,
      ),
    ]);
  });

  it.each([
    {
      planted: 'another action',
      actor: 'Read',
      action: 'dynamodb:BatchGetItem',
      change: (statement: Statement) => {
        statement.Action = [statement.Action, 'dynamodb:Scan'].flat();
      },
      found: /^Read may dynamodb:Scan on .*table\/TablesProfiles\w+, and no system test needs it/,
    },
    {
      planted: 'all actions',
      actor: 'Read',
      action: 'dynamodb:BatchGetItem',
      change: (statement: Statement) => {
        statement.Action = 'dynamodb:*';
      },
      found: /^Read may dynamodb:\* on .*, and no system test needs it/,
    },
    {
      planted: 'all resources',
      actor: 'Me',
      action: 'dynamodb:GetItem',
      change: (statement: Statement) => {
        statement.Resource = '*';
      },
      found: /^Me may dynamodb:GetItem on \*, which is wider than its calls/,
    },
    {
      planted: 'all tables',
      actor: 'Me',
      action: 'dynamodb:GetItem',
      change: (statement: Statement) => {
        statement.Resource = 'arn:aws:dynamodb:us-east-1:000000000000:table/*';
      },
      found: /^Me may dynamodb:GetItem on .*table\/\*, which is wider/,
    },
    {
      planted: 'all indexes of a table',
      actor: 'Read',
      action: 'dynamodb:Query',
      change: (statement: Statement) => {
        statement.Resource = { 'Fn::Join': ['', [tableArn('Profiles'), '/index/*']] };
      },
      found: /^Read may dynamodb:Query on .*\/index\/\*, which is wider/,
    },
    {
      planted: 'a queue of every account',
      actor: 'Moderation',
      action: 'sqs:SendMessage',
      change: (statement: Statement) => {
        statement.Resource = ['arn:aws:sqs:us-east-1:*:RightsChecksQueue*'];
      },
      found: /^Moderation may sqs:SendMessage on arn:aws:sqs:us-east-1:\*:RightsChecksQueue\*, which is wider/,
    },
    {
      planted: 'no condition on the tag',
      actor: 'CleanUp',
      action: 'ivs:DeleteStage',
      change: (statement: Statement) => {
        delete statement.Condition;
      },
      found: /^CleanUp may ivs:DeleteStage on .*stage\/\*, which is wider/,
    },
    {
      planted: 'a condition that what has no tag passes too',
      actor: 'CleanUp',
      action: 'ivs:DeleteStage',
      change: ({ Condition = {}, ...statement }: Statement) => {
        Object.assign(Condition, { StringEqualsIfExists: Condition.StringEquals });
        delete Condition.StringEquals;
        return statement;
      },
      found: /^CleanUp may ivs:DeleteStage on .*StringEqualsIfExists.*, which is wider/,
    },
    {
      planted: 'our tag for what is another deployment’s',
      actor: 'SignIn',
      action: 'ivs:TagResource',
      change: ({ Condition = {} }: Statement) => {
        delete Condition.StringEqualsIfExists;
      },
      found: /^SignIn may ivs:TagResource on .*stage\/\* if .*RequestTag.*, which is wider/,
    },
    {
      planted: 'stages with any tag',
      actor: 'Provision',
      action: 'ivs:CreateStage',
      change: (statement: Statement) => {
        delete statement.Condition;
      },
      found: /^Provision may ivs:CreateStage on .*, which is wider/,
    },
  ])('finds $planted', ({ actor, action, change, found }) => {
    expect(findingsWith(actor, action, change)).toContainEqual(expect.stringMatching(found));
  });
});

/** Of a table of the stack, for a statement. */
function tableArn(name: string): object {
  const id = Object.keys(template.raw.Resources).find((logicalId) => logicalId.startsWith(`Tables${name}`));
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

describe('a call that nothing grants', () => {
  const scan: Call = {
    actor: 'Read',
    action: 'dynamodb:Scan',
    resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/Profiles',
    context: {},
    allowed: false,
    test: 'shows everything',
    by: 'test/system/everything.test.ts',
  };
  const found =
    /^Read asked for dynamodb:Scan on \S+table\/Profiles, which nothing grants, in test\/system\/everything.test.ts › shows everything: .*mayBeDenied: \['Read dynamodb:Scan'\]/;

  it('is found', () => {
    expect(checkTemplate(template, [...needed, scan]).findings).toEqual([expect.stringMatching(found)]);
  });

  it('is found too where only a template that the test had changed allowed it', () => {
    expect(checkTemplate(template, [...needed, { ...scan, allowed: true }]).findings).toEqual([
      expect.stringMatching(found),
    ]);
  });

  it.each([
    { call: 'one to what is gone, and so has no tag any more, is none', change: {}, findings: 0 },
    { call: 'one to what is foreign is', change: { context: { [TAG]: 'another' } }, findings: 1 },
    { call: 'one to what is gone, of a function that may never make it, is', change: { actor: 'Read' }, findings: 1 },
  ])('where IVS refuses it: $call', ({ change, findings }) => {
    const resource = 'arn:aws:ivs:us-east-1:000000000000:stage/gone';
    const token: Call = { ...scan, actor: 'Tokens', action: 'ivs:CreateParticipantToken', resource, ...change };
    expect(checkTemplate(template, [...needed, token]).findings).toHaveLength(findings);
  });

  it('is listed where a test said so', () => {
    const verdict = checkTemplate(template, [...needed, { ...scan, isExpected: true }]);
    expect(verdict.findings).toEqual([]);
    expect(renderPrivileges(verdict)).toContain(
      '| Read | dynamodb:Scan | test/system/everything.test.ts › shows everything |',
    );
  });
});

describe('a record', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'stagedoor-records-'));
  afterAll(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, 'test/system'), { recursive: true });
  mkdirSync(path.join(root, RECORDS_DIRECTORY), { recursive: true });
  writeFileSync(path.join(root, 'test/system/stays.test.ts'), 'await startLocalSystem();');
  writeFileSync(path.join(root, 'test/system/starts-nothing.test.ts'), '');
  const leave = (template: string) =>
    writeFileSync(
      path.join(root, RECORDS_DIRECTORY, 'stays.test.ts.jsonl'),
      `${JSON.stringify({ testFile: 'test/system/stays.test.ts', template })}\n${JSON.stringify(needed[0])}\n`,
    );

  it('is asked for of every test file that starts a local run', () => {
    expect(readRecords(root, 'of-today')).toEqual({
      calls: [],
      problems: ['test/system/stays.test.ts left no record: run `npm test` first.'],
    });
  });

  it('of the same template counts', () => {
    leave('of-today');
    expect(readRecords(root, 'of-today')).toEqual({
      calls: [{ ...needed[0], by: 'test/system/stays.test.ts' }],
      problems: [],
    });
  });

  it('of other code or other grants is found', () => {
    leave('of-yesterday');
    expect(readRecords(root, 'of-today').problems).toEqual([
      expect.stringMatching(/^test\/system\/stays.test.ts left/),
    ]);
  });
});
