import { askApi, requestOk } from '../invoke.ts';
import type { Scenario } from '../scenario.ts';
import { inviteGrace, join, openStages } from '../steps.ts';

const grace = { pathParameters: { userId: 'grace' } };
const graceAtAda = { pathParameters: { ownerId: 'ada', userId: 'grace' } };
const less = { ...grace, body: JSON.stringify({ capabilities: ['SUBSCRIBE_AUDIO'] }) };

export const moderating: readonly Scenario[] = [
  {
    name: 'GET /me/stage/guests',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await inviteGrace(healthy);
      return { act: askApi('GET /me/stage/guests') };
    },
  },
  {
    name: 'PUT /me/stage/guests/{userId}: invited to less, while on stage',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await inviteGrace(healthy);
      await join(cloud, healthy, { userId: 'grace', publishes: true });
      return { act: askApi('PUT /me/stage/guests/{userId}', less) };
    },
  },
  {
    name: 'DELETE /me/stage/guests/{userId}: while on stage',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await inviteGrace(healthy);
      await join(cloud, healthy, { userId: 'grace', publishes: true });
      return {
        act: askApi('DELETE /me/stage/guests/{userId}', grace, ['404 NOT_FOUND']),
      };
    },
  },
  {
    name: 'GET /stages/{ownerId}/bans',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return { act: askApi('GET /stages/{ownerId}/bans', { pathParameters: { ownerId: 'ada' } }) };
    },
  },
  {
    name: 'PUT /stages/{ownerId}/bans/{userId}: while on stage',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await join(cloud, healthy, { userId: 'grace' });
      return { act: askApi('PUT /stages/{ownerId}/bans/{userId}', graceAtAda) };
    },
  },
  {
    name: 'DELETE /stages/{ownerId}/bans/{userId}',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await requestOk(healthy, 'PUT /stages/{ownerId}/bans/{userId}', graceAtAda);
      return { act: askApi('DELETE /stages/{ownerId}/bans/{userId}', graceAtAda, ['404 NOT_FOUND']) };
    },
  },
  {
    name: 'GET /stages/{ownerId}/participants',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await join(cloud, healthy, { userId: 'grace' });
      return { act: askApi('GET /stages/{ownerId}/participants', { pathParameters: { ownerId: 'ada' } }) };
    },
  },
  {
    name: 'DELETE /stages/{ownerId}/participants/{participantId}',
    function: 'moderation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      const { participantId } = await join(cloud, healthy, { userId: 'grace' });
      const pathParameters = { ownerId: 'ada', participantId };
      return {
        act: askApi('DELETE /stages/{ownerId}/participants/{participantId}', { pathParameters }),
        // Whose session has ended is not there any more.
        repeat: askApi('DELETE /stages/{ownerId}/participants/{participantId}', { pathParameters }, ['404 NOT_FOUND']),
      };
    },
  },
];
