import { askApi, requestOk } from '../invoke.ts';
import type { Scenario } from '../scenario.ts';
import { join, makeSigningKey, noticeWhoPublishes, openStages } from '../steps.ts';

const graceAt = { userId: 'grace', pathParameters: { ownerId: 'ada' } };
const askForToken = askApi('POST /stages/{ownerId}/tokens', graceAt);

export const othersStages: readonly Scenario[] = [
  {
    name: 'GET /stages',
    function: 'read',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await join(cloud, healthy, { userId: 'ada', publishes: true });
      await noticeWhoPublishes(cloud, healthy);
      return { act: askApi('GET /stages', { userId: 'grace', query: { live: 'true' } }) };
    },
  },
  {
    name: 'GET /stages/{ownerId}',
    function: 'read',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return { act: askApi('GET /stages/{ownerId}', graceAt) };
    },
  },
  {
    name: 'Token by key pair: the function has just started',
    function: 'tokens',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await makeSigningKey(cloud, healthy);
      return { act: askForToken };
    },
  },
  {
    name: 'Token by key pair: the key is known',
    function: 'tokens',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await makeSigningKey(cloud, healthy);
      return { act: askForToken, warmUp: askForToken };
    },
  },
  {
    name: 'Token by the API of IVS',
    function: 'tokens',
    settings: { tokenIssuer: 'ivs-api' },
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return { act: askForToken };
    },
  },
  {
    name: 'Exchange of a token',
    function: 'tokens',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await makeSigningKey(cloud, healthy);
      const { token } = await requestOk(healthy, 'POST /stages/{ownerId}/tokens', graceAt);
      return {
        act: askApi('POST /stages/{ownerId}/tokens/exchange', { ...graceAt, body: JSON.stringify({ token }) }),
      };
    },
  },
];
