import { describe, expect, it } from '@jest/globals';
import { openTemplate } from '../../local/cloud/template/open-template.ts';
import { checkDoors, type Door, type Doors } from '../../scripts/privileges/doors.ts';
import { synthesize } from '../support/synthesized.ts';

type RawTemplate = Parameters<typeof openTemplate>[0];

const place = { region: 'us-east-1', accountId: '000000000000' };
const synthesized = synthesize().template.toJSON() as RawTemplate;

/** `change` is made to a copy of the template. */
function doorsOf(change: (resources: Record<string, Resource>) => void = () => {}): Doors {
  const raw = structuredClone(synthesized);
  change(raw.Resources as Record<string, Resource>);
  return checkDoors(raw, openTemplate(raw, { stackName: 'Stagedoor', ...place, addresses: {} }), place);
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** `MeFunction073B1C49` → `MeFunction` */
const nameOf = (id: string) => id.replace(/[0-9A-F]{8}(\.fifo)?$/, '');
const { doors, findings } = doorsOf();
const rows = (action: string, row: (door: Door) => string) =>
  [...new Set(doors.filter((door) => door.action === action).map(row))].sort();

describe('functions', () => {
  it('are invoked by this API on their routes, this pool and this secret, and by nobody else', () => {
    const sourceOf = ({ condition }: Door) =>
      /"aws:SourceArn":"arn:aws:[^:]+:us-east-1:000000000000:([^"]+)"/.exec(condition)?.[1];
    const who = ({ to, who: service, ...door }: Door) =>
      `${nameOf(to)} ${service} ${sourceOf({ to, who: service, ...door })}`;
    const api = /^\w+/.exec(sourceOf(doors.find(({ who }) => who === 'apigateway.amazonaws.com') as Door) ?? '')?.[0];
    expect(rows('lambda:InvokeFunction', who).map((row) => row.replace(String(api), 'API'))).toEqual([
      'MeFunction apigateway.amazonaws.com API/*/*/me',
      'MeFunction apigateway.amazonaws.com API/*/*/me/stage',
      'MeFunction apigateway.amazonaws.com API/*/*/me/stage/ingests',
      'MeFunction apigateway.amazonaws.com API/*/*/me/stage/ingests/{ingestId}',
      'ModerationFunction apigateway.amazonaws.com API/*/*/me/stage/guests',
      'ModerationFunction apigateway.amazonaws.com API/*/*/me/stage/guests/{userId}',
      'ModerationFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/bans',
      'ModerationFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/bans/{userId}',
      'ModerationFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/participants',
      'ModerationFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/participants/{participantId}',
      'ReadFunction apigateway.amazonaws.com API/*/*/stages',
      'ReadFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}',
      expect.stringMatching(/^RotationFunction secretsmanager.amazonaws.com secret:SigningKeySecret[\w-]+$/),
      expect.stringMatching(/^SignInFunction cognito-idp.amazonaws.com userpool\/us-east-1_\w+$/),
      'TokensFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/tokens',
      'TokensFunction apigateway.amazonaws.com API/*/*/stages/{ownerId}/tokens/exchange',
    ]);
  });
});

describe('queues and the topic of the alarms', () => {
  it("take messages of this stack's own rule and of alarms of this account", () => {
    const withCondition = ({ to, who, condition }: Door) =>
      `${nameOf(to)} ${who} ${condition.replace(/(?<=Rule)[0-9A-F]{8}/, '')}`;
    const rule = '{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:000000000000:rule/StageUpdatesRule"}}';
    expect(rows('sqs:SendMessage', withCondition)).toEqual([
      `StageUpdatesDeadLetters events.amazonaws.com ${rule}`,
      `StageUpdatesQueue events.amazonaws.com ${rule}`,
    ]);
    expect(rows('sns:Publish', withCondition)).toEqual([
      'MonitoringAlarms cloudwatch.amazonaws.com {"StringEquals":{"aws:SourceAccount":"000000000000"}}',
    ]);
  });

  it('refuse plain HTTP, each queue for each action that carries a message', () => {
    const ofType = (type: string) => Object.values(synthesized.Resources).filter(({ Type }) => Type === type);
    const denied = ofType('AWS::SQS::QueuePolicy').map(({ Properties = {} }) => {
      const { Statement } = Properties.PolicyDocument as { readonly Statement: readonly object[] };
      return Statement[0];
    });
    expect(denied).toHaveLength(ofType('AWS::SQS::Queue').length);
    for (const statement of denied) {
      expect(statement).toMatchObject({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });
});

describe('roles', () => {
  it('are assumed by Lambda, and those of schedules by the scheduler of this account', () => {
    const ofAccount = '{"StringEquals":{"aws:SourceAccount":"000000000000"}}';
    const functions = [
      'CleanUp',
      'Me',
      'Moderation',
      'Provision',
      'Read',
      'Reconcile',
      'Rotation',
      'SignIn',
      'Status',
      'Tokens',
    ];
    expect(rows('sts:AssumeRole', ({ to, who, condition }) => `${nameOf(to)} ${who} ${condition}`)).toEqual(
      [
        ...functions.map((name) => `${name}Role lambda.amazonaws.com `),
        `CleanUpScheduleRole scheduler.amazonaws.com ${ofAccount}`,
        `ReconcileScheduleRole scheduler.amazonaws.com ${ofAccount}`,
      ].sort(),
    );
  });
});

describe('each of these policies', () => {
  it('is there for something in the template, and lets nobody else in', () => {
    expect(findings).toEqual([]);
    for (const { neededBy } of doors) expect(neededBy).not.toEqual([]);
  });

  const permissionFor = (resources: Record<string, Resource>, service: string) =>
    Object.values(resources).find(
      ({ Type, Properties }) => Type === 'AWS::Lambda::Permission' && Properties.Principal === service,
    )?.Properties ?? {};
  const statementsOf = (resources: Record<string, Resource>, queue: string) => {
    const policy = Object.keys(resources).find((id) => id.startsWith(`${queue}Policy`)) ?? '';
    const { PolicyDocument } = { ...resources[policy]?.Properties };
    return (PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;
  };
  const anyQueue = {
    'Fn::GetAtt': [Object.keys(synthesized.Resources).find((id) => /^RoomQueue\w{8}$/.test(id)), 'Arn'],
  };

  it.each([
    {
      planted: 'a function that everybody may invoke',
      plant: (resources: Record<string, Resource>) =>
        Object.assign(permissionFor(resources, 'apigateway.amazonaws.com'), { Principal: '*' }),
      found: /^MeFunction\w+ lets in more than the template needs: {"AWS":"\*"}/,
    },
    {
      planted: 'a function that every API of every account may invoke',
      plant: (resources: Record<string, Resource>) =>
        delete permissionFor(resources, 'apigateway.amazonaws.com').SourceArn,
      found: /^MeFunction\w+ lets in more .* without a condition/,
    },
    {
      planted: 'a function that every pool of the account may invoke',
      plant: (resources: Record<string, Resource>) =>
        Object.assign(permissionFor(resources, 'cognito-idp.amazonaws.com'), {
          SourceArn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/*',
        }),
      found: /^SignInFunction\w+ lets in more .*userpool\/\*/,
    },
    {
      planted: 'a function that a service may invoke for nothing in the template',
      plant: (resources: Record<string, Resource>) =>
        Object.assign(permissionFor(resources, 'cognito-idp.amazonaws.com'), { Principal: 's3.amazonaws.com' }),
      found: /^SignInFunction\w+ lets s3.amazonaws.com lambda:InvokeFunction, and nothing in the template/,
    },
    {
      planted: 'a function with an address of its own',
      plant: (resources: Record<string, Resource>) => {
        resources.Url = {
          Type: 'AWS::Lambda::Permission',
          Properties: { ...permissionFor(resources, 'cognito-idp.amazonaws.com'), Action: 'lambda:InvokeFunctionUrl' },
        };
      },
      found: /lambda:InvokeFunctionUrl, and nothing in the template/,
    },
    {
      planted: 'a queue that everybody may send to',
      plant: (resources: Record<string, Resource>) =>
        statementsOf(resources, 'RoomQueue').push({
          Effect: 'Allow',
          Principal: '*',
          Action: 'sqs:SendMessage',
          Resource: anyQueue,
        }),
      found: /^RoomQueue\S+ lets in more than the template needs: "\*" may sqs:SendMessage without a condition/,
    },
    {
      planted: 'a queue that every rule may send to',
      plant: (resources: Record<string, Resource>) =>
        delete statementsOf(resources, 'StageUpdatesQueue').find(({ Effect }) => Effect === 'Allow')?.Condition,
      found: /^StageUpdatesQueue\w+ lets in more .* without a condition/,
    },
    {
      planted: 'a dead-letter queue that the rule may not send to',
      plant: (resources: Record<string, Resource>) => statementsOf(resources, 'StageUpdatesDeadLetters').pop(),
      found: /^events.amazonaws.com needs sqs:SendMessage for StageUpdatesRule\w+, and nothing allows it/,
    },
    {
      planted: 'a role that every account may assume',
      plant: (resources: Record<string, Resource>) => {
        const [, role] = Object.entries(resources).find(([id]) => /^MeRole\w{8}$/.test(id)) ?? [];
        Object.assign(role?.Properties ?? {}, {
          AssumeRolePolicyDocument: {
            Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
          },
        });
      },
      found: /^MeRole\w+ lets in more than the template needs: {"AWS":"\*"}/,
    },
    {
      planted: 'a policy of a kind that the check does not know',
      plant: (resources: Record<string, Resource>) => {
        const table = Object.values(resources).find(({ Type }) => /^AWS::DynamoDB::/.test(Type));
        Object.assign(table?.Properties ?? {}, { ResourcePolicy: {} });
      },
      found: /^\w+ \(AWS::DynamoDB::\w+\) may let somebody in/,
    },
  ])('would show $planted', ({ plant, found }) => {
    const { findings } = doorsOf(plant);
    expect(findings).toContainEqual(expect.stringMatching(found));
  });
});
