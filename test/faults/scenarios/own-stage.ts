import { askApi, request, requestOk } from '../invoke.ts';
import type { Scenario } from '../scenario.ts';
import { inviteGrace, MINUTE_MS, openStage, openStages } from '../steps.ts';

const put = { act: askApi('PUT /me/stage') };
const patch = { act: askApi('PATCH /me/stage', { body: JSON.stringify({ visibility: 'invited' }) }) };

export const ownStage: readonly Scenario[] = [
  {
    name: 'GET /me/stage',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return { act: askApi('GET /me/stage') };
    },
  },
  {
    name: 'PUT /me/stage: there is none',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      return put;
    },
  },
  {
    name: 'PUT /me/stage: confirmed long ago',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      cloud.clock.advance(2 * MINUTE_MS);
      return put;
    },
  },
  {
    name: 'PUT /me/stage: its name drifted',
    function: 'me',
    prepare: async (cloud, healthy) => {
      const arn = await openStages(cloud, healthy);
      await healthy.services.ivs.renameStage(arn, 'drifted', AbortSignal.timeout(60_000));
      cloud.clock.advance(2 * MINUTE_MS);
      return put;
    },
  },
  {
    name: 'PUT /me/stage: deleted behind our back',
    function: 'me',
    prepare: async (cloud, healthy) => {
      const arn = await openStages(cloud, healthy);
      await healthy.services.ivs.deleteStage(arn, AbortSignal.timeout(60_000));
      cloud.clock.advance(2 * MINUTE_MS);
      return put;
    },
  },
  {
    name: 'PATCH /me/stage: made private',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return patch;
    },
  },
  {
    name: 'DELETE /me',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await inviteGrace(healthy);
      await requestOk(healthy, 'POST /me/stage/ingests');
      return { act: askApi('DELETE /me') };
    },
  },
  {
    name: 'GET /me/stage/ingests',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await requestOk(healthy, 'POST /me/stage/ingests');
      return { act: askApi('GET /me/stage/ingests') };
    },
  },
];

const openIngest = askApi('POST /me/stage/ingests');

/** Whoever did not get the stream key closes what is there and opens anew. */
const openIngestAnew: typeof openIngest = async (process) => {
  const { body } = await request(process, 'GET /me/stage/ingests');
  for (const { ingestId } of (body.ingests ?? []) as { readonly ingestId: string }[]) {
    await requestOk(process, 'DELETE /me/stage/ingests/{ingestId}', { pathParameters: { ingestId } });
  }
  return openIngest(process);
};

const open = { act: openIngest, repeat: openIngestAnew };

export const ownIngest: readonly Scenario[] = [
  {
    name: 'POST /me/stage/ingests',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return open;
    },
  },
  {
    name: 'POST /me/stage/ingests: an earlier attempt broke off',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      cloud.ivs.setFaults({ rules: [{ kind: 'lose-answer', operations: ['CreateIngestConfiguration'], count: 1 }] });
      await request(healthy, 'POST /me/stage/ingests');
      cloud.clock.advance(MINUTE_MS);
      return open;
    },
  },
  {
    name: 'POST /me/stage/ingests: one of an earlier stage is left',
    function: 'me',
    prepare: async (cloud, healthy) => {
      const arn = await openStages(cloud, healthy);
      await requestOk(healthy, 'POST /me/stage/ingests');
      await healthy.services.ivs.deleteStage(arn, AbortSignal.timeout(60_000));
      cloud.clock.advance(2 * MINUTE_MS);
      await requestOk(healthy, 'PUT /me/stage');
      return open;
    },
  },
  {
    name: 'DELETE /me/stage/ingests/{ingestId}',
    function: 'me',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      const { ingestId } = await requestOk(healthy, 'POST /me/stage/ingests');
      const parts = { pathParameters: { ingestId: String(ingestId) } };
      return {
        act: askApi('DELETE /me/stage/ingests/{ingestId}', parts),
        repeat: askApi('DELETE /me/stage/ingests/{ingestId}', parts, ['404 NOT_FOUND']),
      };
    },
  },
];
