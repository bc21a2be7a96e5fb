import { DEPLOYMENT_TAG } from '../../lambdas/stages/stage-tags.ts';
import type { Asked } from './grants.ts';

/** What somebody else's things are called in a probe. */
const ANOTHER = 'another';
const REQUEST_TAG = `aws:RequestTag/${DEPLOYMENT_TAG}`;
export const RESOURCE_TAG = `aws:ResourceTag/${DEPLOYMENT_TAG}`;

/** IVS makes ids and knows tags only; these calls show what is in the region, and cannot be limited at all. */
export const WITHOUT_LIMIT: Readonly<Record<string, string>> = {
  'ivs:ListStages': 'IVS knows no condition for it; answers name stages, and show nothing else of foreign ones',
  'ivs:ListPublicKeys': 'IVS knows no resource for it; public keys are no secret',
  'ivs:ListIngestConfigurations': 'IVS knows no resource for it; answers are without stream keys',
};

/** A strict condition would refuse what is gone, or not yet there, because it has no tags. */
const WITHOUT_TAG_TOO: Readonly<Record<string, string>> = {
  'ivs:GetStage': 'tells a stage that is gone from one that is foreign',
  'ivs:GetPublicKey': 'tells a key that is gone from one that is foreign',
  'ivs:ListTagsForResource': 'tells an ingest that is gone from one that is foreign',
  'ivs:TagResource': 'a resource that is being created has no tags yet',
};

/**
 * The same call on what is not meant: another account's, another region's, another table, queue or index, and what carries
 * another deployment's tag. A grant that allows one of these is wider than it need be.
 */
export function foreignCalls(asked: Asked): readonly Asked[] {
  // What names no resource is everybody's, unless there is a reason.
  if (asked.resource === '*') return asked.action in WITHOUT_LIMIT ? [] : [asked];
  return [...foreignArns(asked.resource).map((resource) => ({ ...asked, resource })), ...foreignTags(asked)];
}

/** One part of the ARN at a time. */
function foreignArns(arn: string): readonly string[] {
  const [, , service, region, account, ...rest] = arn.split(':');
  const parts = rest.join(':').split(/([:/])/);
  const named = service === 'ivs' ? 1 : service === 'logs' ? 3 : parts.length;
  const elsewhere = [
    [ANOTHER, account, parts.join('')],
    [region, '999999999999', parts.join('')],
    ...parts.flatMap((part, index) =>
      index < named && !/^[:/]?$/.test(part) ? [[region, account, parts.with(index, ANOTHER).join('')]] : [],
    ),
  ];
  return elsewhere.map((place) => ['arn:aws', service, ...place].join(':'));
}

function foreignTags(asked: Asked): readonly Asked[] {
  if (!asked.action.startsWith('ivs:') || asked.action in WITHOUT_LIMIT) return [];
  return tagsToMatch(asked.action).flatMap((tag) => {
    const foreign = { ...asked, context: { ...asked.context, [tag]: ANOTHER } };
    if (tag === RESOURCE_TAG && asked.action in WITHOUT_TAG_TOO) return [foreign];
    const context = Object.fromEntries(Object.entries(asked.context).filter(([name]) => name !== tag));
    return [foreign, { ...asked, context }];
  });
}

function tagsToMatch(action: string): readonly string[] {
  if (action === 'ivs:TagResource') return [REQUEST_TAG, RESOURCE_TAG];
  return /^ivs:(Create(Stage|IngestConfiguration)|ImportPublicKey)$/.test(action) ? [REQUEST_TAG] : [RESOURCE_TAG];
}
