import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { type CloseIngestNeeds, closeIngest } from '../../stages/ingest/close-ingest.ts';

export const closeMyIngest =
  (services: CloseIngestNeeds): Endpoint =>
  async ({ pathParameters }, { userId }) => {
    await closeIngest(services)(userId, pathParameters?.ingestId ?? '');
    return noContent();
  };
