// Runs as a process of its own, so that a crash of native code ends sessions and nothing else.
import type { EngineReport, EngineRequest, EngineSettings, RefusedWhy } from './engine-messages.ts';
import type { PeerSession } from './peer-session.ts';
import { type Publication, publish } from './publication.ts';
import { BadOffer } from './sdp-offer.ts';
import { view } from './viewing.ts';

const settings: EngineSettings = JSON.parse(process.argv[2] ?? '');
const sessions = new Map<string, PeerSession>();
const publications = new Map<string, { readonly publication: Publication; readonly viewers: Set<string> }>();

process.on('message', (request: EngineRequest) => {
  if (request.type === 'close') sessions.get(request.id)?.close('The emulator closed it');
  else void serve(request);
});
// The parent is gone, whatever ended it.
process.on('disconnect', () => process.exit());
// A terminal sends Ctrl-C to the parent as well, which then ends this process in order.
process.on('SIGINT', () => {});
report({ type: 'ready' });

async function serve(request: Exclude<EngineRequest, { type: 'close' }>): Promise<void> {
  const { id } = request;
  try {
    const answer = await (request.type === 'publish' ? startPublication(request) : startViewing(request));
    report({ type: 'answered', id, answer });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report({ type: 'refused', id, why: whyRefused(error), message });
  }
}

class NotPublishing extends Error {}

function whyRefused(error: unknown): RefusedWhy {
  if (error instanceof BadOffer) return 'bad-offer';
  return error instanceof NotPublishing ? 'not-publishing' : 'engine-failed';
}

async function startPublication({ id, offer }: { id: string; offer: string }): Promise<string> {
  const { publication, answer } = await publish(id, offer, settings, (reason) => endPublication(id, reason));
  sessions.set(id, publication.session);
  publications.set(id, { publication, viewers: new Set() });
  return answer;
}

function endPublication(id: string, reason: string): void {
  const viewers = publications.get(id)?.viewers ?? [];
  publications.delete(id);
  for (const viewer of [...viewers]) sessions.get(viewer)?.close('The publisher left');
  endSession(id, reason);
}

async function startViewing({ id, publicationId, offer }: { id: string; publicationId: string; offer: string }) {
  const published = publications.get(publicationId);
  if (!published) throw new NotPublishing('The participant does not publish');
  const { session, answer } = await view(id, published.publication, offer, settings, (reason) => {
    published.viewers.delete(id);
    endSession(id, reason);
  });
  if (!publications.has(publicationId)) {
    session.close('The publisher left');
    throw new NotPublishing('The participant stopped publishing');
  }
  sessions.set(id, session);
  published.viewers.add(id);
  return answer;
}

/** A session that was refused was never one. */
function endSession(id: string, reason: string): void {
  if (sessions.delete(id)) report({ type: 'closed', id, reason });
}

function report(message: EngineReport): void {
  process.send?.(message);
}
