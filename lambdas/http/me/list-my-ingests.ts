import { type Endpoint, json } from '../../middleware/http-function.ts';
import { listIngests } from '../../stages/ingest/list-ingests.ts';
import type { Services } from '../../stages/ports.ts';

export const listMyIngests =
  (services: Pick<Services, 'profiles' | 'ingestSlots'>): Endpoint =>
  async (_event, { userId }) =>
    json(200, await listIngests(services)(userId));
