import type { Node } from 'constructs';
import * as z from 'zod';

/** Regions in which IVS Real-Time exists (https://docs.aws.amazon.com/general/latest/gr/ivs.html). */
export const IVS_REAL_TIME_REGIONS = [
  'us-east-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'eu-central-1',
  'eu-west-1',
] as const;

const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const flag = z.union([z.boolean(), z.stringbool()]);
const list = z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(z.string()));

/** What can be set, one CDK context key each: in `cdk.json` under `context`, or `cdk deploy -c key=value`. */
const settingsSchema = z
  .strictObject({
    /** Tells deployments in one account and region apart. Empty: the stack is `Stagedoor`, else `Stagedoor-<name>`. */
    deploymentName: z
      .string()
      .regex(/^[a-z0-9-]{0,32}$/, 'must be 0 to 32 of a-z, 0-9 and -')
      .default(''),
    /** Where to deploy. @default the region of the AWS profile in use, else us-east-1 */
    region: z.enum(IVS_REAL_TIME_REGIONS, `IVS Real-Time exists only in ${IVS_REAL_TIME_REGIONS.join(', ')}`),
    /** Days without a login of the owner and without anybody publishing, after which a stage is removed. */
    staleAfterDays: wholeNumber(1, 3650).default(30),
    /** Days for which a stage is trusted to exist unchanged. 7 at most: stored endpoints serve tokens for so long. */
    stageCheckDays: wholeNumber(1, 7).default(5),
    /** Life of a host's participant token in minutes; guests, viewers and moderators get 15 at most. */
    tokenMinutes: wholeNumber(1, 20160).default(60),
    /**
     * Who makes participant tokens: `key-pair` signs them here, without a quota, and they can be exchanged. `ivs-api` asks IVS,
     * 50 a second for the whole account.
     */
    tokenIssuer: z.enum(['key-pair', 'ivs-api']).default('key-pair'),
    /** Days after which a new signing key is made. */
    keyRotationDays: wholeNumber(1, 1000).default(30),
    /** Stages that the region allows (IVS quota L-47F0B706, 1,000 unless raised): an alarm tells when 90 % are in use. */
    stageQuota: wholeNumber(1, 1_000_000).default(1000),
    /** E-mail address that alarms are sent to; AWS asks it to confirm. Empty: subscribe to the topic AlarmTopicArn yourself. */
    alarmEmail: z.literal('').or(z.email('must be an e-mail address')).default(''),
    /** Deploys the web page too, as a stack of its own behind CloudFront. Its API needs no `allowedOrigins`: same origin. */
    webPage: flag.default(false),
    /** Origins of web pages that may call the API. */
    allowedOrigins: list
      .pipe(z.array(z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/, 'must be an origin such as https://example.com')))
      .default(['http://localhost:4000']),
    /** A Cognito user pool that is there already (docs/existing-user-pool.md). Empty: the stack makes one. */
    userPoolId: z
      .literal('')
      .or(z.string().regex(/^[a-z0-9-]{9,20}_[A-Za-z0-9]{1,34}$/, 'must be the id of a user pool'))
      .default(''),
    /** The client of `userPoolId` that the web page signs in with. */
    userPoolClientId: z
      .literal('')
      .or(z.string().regex(/^[a-z0-9]{1,128}$/, 'must be the id of a user pool client'))
      .default(''),
    /** Whether anybody may sign up, or only an administrator makes users. */
    selfSignUp: flag.default(true),
    /** What a new stage starts as. */
    initialVisibility: z.enum(['public', 'invited']).default('public'),
    /** Keeps tables and user pool when the stack is deleted, and refuses to delete them by hand. */
    protectData: flag.default(true),
    /** How long function and access logs are kept. */
    logRetentionDays: z.coerce
      .number()
      .pipe(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731]))
      .default(30),
  })
  .refine(({ userPoolId, userPoolClientId }) => (userPoolId === '') === (userPoolClientId === ''), {
    path: ['userPoolClientId'],
    message: 'must be given with userPoolId, and not without',
  })
  .refine(({ userPoolId, region }) => userPoolId === '' || userPoolId.startsWith(`${region}_`), {
    path: ['userPoolId'],
    message: 'must be a user pool in the region of the deployment: Cognito calls no function of another one',
  });

export type Settings = z.infer<typeof settingsSchema>;

/** Reads and checks all settings at once. @throws Error naming each wrong key, its value and its rule */
export function readSettings(node: Node): Settings {
  const given = Object.fromEntries(
    Object.keys(settingsSchema.shape).map((key) => [key, node.tryGetContext(key) as unknown]),
  );
  // The CDK CLI hands the region of the profile in use to the app in this variable.
  const region = given.region ?? process.env.CDK_DEFAULT_REGION ?? 'us-east-1';
  const result = settingsSchema.safeParse({ ...given, region });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    return `  ${key} = ${JSON.stringify(key === 'region' ? region : given[key])}: ${issue.message}`;
  });
  throw new Error(`Stagedoor cannot be deployed with these settings:\n${lines.join('\n')}`);
}

export const stackName = ({ deploymentName }: Pick<Settings, 'deploymentName'>): string =>
  deploymentName === '' ? 'Stagedoor' : `Stagedoor-${deploymentName}`;
