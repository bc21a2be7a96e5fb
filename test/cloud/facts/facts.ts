import { cannotTell, type Fact, finding } from './fact.ts';
import { joiningFacts } from './joining.ts';
import { stageFacts } from './stages.ts';
import { tokenFacts } from './tokens.ts';

const cognitoFacts: readonly Fact[] = [
  {
    name: 'refresh-is-no-sign-in',
    statement: 'A refresh of tokens (REFRESH_TOKEN_AUTH) does not run PostAuthentication',
    observe: async (_bench, { afterRefresh }) =>
      afterRefresh instanceof Error
        ? cannotTell(`Cognito: ${afterRefresh.name}`)
        : finding(afterRefresh === 'nothing', `a user without a profile had ${afterRefresh} after it`),
  },
];

/** Kept in the list, so that nobody takes them for known. */
const unobservable = (name: string, statement: string, why: string): Fact => ({
  name,
  statement,
  observe: async () => cannotTell(why),
});

const NEEDS_MEDIA = 'that needs a browser with a camera';

const openFacts: readonly Fact[] = [
  unobservable(
    'tagging-while-creating',
    'CreateStage with tags is authorized as TagResource as well',
    'the functions have both permissions, and made the stages; an operator may do everything',
  ),
  unobservable(
    'token-size',
    'A signed token with 1 KB of attributes can be used',
    'the private key stays in its secret',
  ),
  unobservable('expiry-ends-nobody', 'Whoever has joined stays when their token expires', NEEDS_MEDIA),
  unobservable(
    'deleted-key-ends-nobody',
    'DeletePublicKey stops joins with its tokens, and ends no connection',
    'to import and delete a key would take one of the three places of the region',
  ),
  unobservable('event-on-removal', 'DisconnectParticipant and DeleteStage send Participant Unpublished', NEEDS_MEDIA),
  unobservable(
    'event-fields',
    'Events of publishers who are no replicas have no replica and no source fields',
    NEEDS_MEDIA,
  ),
  unobservable('page-policy', 'The broadcast SDK works under the Content-Security-Policy of the page', NEEDS_MEDIA),
  unobservable('trigger-tries', 'Cognito calls a trigger that does not answer three times', 'none fails to answer'),
  unobservable(
    'managed-login-is-a-sign-in',
    'Managed login runs PostAuthentication',
    "the stack's own pool has no managed login",
  ),
  unobservable(
    'throttling-status',
    'A ThrottlingException has the status 400',
    'to provoke one would slow the deployment',
  ),
  unobservable('history-is-kept', 'Sessions and participants are kept for long enough to reconcile', 'that takes days'),
  unobservable('prices', 'A stage that nobody joins costs nothing', 'the bill tells'),
];

/** In the order in which they are asked: whatever nobody joined comes first, and the second stage is deleted on the way. */
export const facts: readonly Fact[] = [...stageFacts, ...tokenFacts, ...cognitoFacts, ...joiningFacts, ...openFacts];
