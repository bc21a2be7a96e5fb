// Many joins and leaves, then five viewers for two minutes: nothing fails, no session stays, memory does not run away.
// SOAK_CYCLES (default 200) and SOAK_SECONDS (default 120) make it shorter.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { IVSRealTimeClient, ListParticipantsCommand, ListStageSessionsCommand } from '@aws-sdk/client-ivs-realtime';
import { type IvsEmulator, startIvsEmulator } from '../../local/ivs/index.ts';
import { recordProof } from '../support/proof.ts';
import { type OpenStage, openStage } from './open-stage.ts';
import { type Pages, servePages } from './pages.ts';

const cycles = Number(process.env.SOAK_CYCLES ?? 200);
const seconds = Number(process.env.SOAK_SECONDS ?? 120);
const mostGrowthMb = 50;

const emulator = await startIvsEmulator({ media: {}, quotas: 'off' });
const client = new IVSRealTimeClient({
  endpoint: emulator.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'soak', secretAccessKey: 'soak' },
});
const pages = await servePages(emulator.url);
try {
  await soak(emulator, pages);
} finally {
  await pages.close();
  client.destroy();
  await emulator.close();
}

async function soak({ mediaProcessId }: IvsEmulator, pages: Pages): Promise<void> {
  const stage = await openStage(client, pages);
  const publisher = await stage.openPublisher();
  const viewer = await stage.openViewer(publisher.participantId);
  const beforeMb = memoryMb(mediaProcessId);
  for (let cycle = 0; cycle < cycles; cycle++) {
    // Without an event stream, the session is the whole stay.
    const { token } = await stage.createToken(['SUBSCRIBE']);
    const { session, status } = await viewer.page.view(token, publisher.participantId);
    check(status === 201, `cycle ${cycle} was answered ${status}`);
    check((await viewer.page.end(session, token)) === 200, `cycle ${cycle} did not end`);
  }
  const afterCyclesMb = memoryMb(mediaProcessId);

  const viewers = [];
  for (let number = 1; number <= 5; number++) viewers.push(await stage.openViewer(publisher.participantId));
  await delay(seconds * 1000);
  let packetsLostByAll = 0;
  for (const { page } of viewers) {
    const { framesDecoded, packetsLost } = await page.received();
    check(framesDecoded >= seconds * 10, `a viewer decoded ${framesDecoded} frames in ${seconds} s`);
    packetsLostByAll += packetsLost;
  }
  const afterViewersMb = memoryMb(mediaProcessId);
  await pages.closeParticipants();
  await nobodyIsConnected(stage);
  check(emulator.mediaProcessId === mediaProcessId, 'the media process died');
  check(afterViewersMb - beforeMb < mostGrowthMb, `the media process grew by more than ${mostGrowthMb} MB`);
  const figures = [
    ['viewers who joined and left', cycles],
    ['seconds with five viewers', seconds],
    ['packets that they lost', packetsLostByAll],
    ['memory of the media process at first, MB', beforeMb.toFixed(0)],
    ['after the joins', afterCyclesMb.toFixed(0)],
    ['after the five viewers', afterViewersMb.toFixed(0)],
  ] as const;
  for (const [what, figure] of figures) console.log(`${what}: ${figure}`);
  recordProof('soak', { figures });
}

async function nobodyIsConnected({ stageArn }: OpenStage): Promise<void> {
  const { stageSessions = [] } = await client.send(new ListStageSessionsCommand({ stageArn }));
  const { sessionId } = stageSessions[0] ?? {};
  const command = new ListParticipantsCommand({ stageArn, sessionId, filterByState: 'CONNECTED' });
  const giveUpAtMs = Date.now() + 5000;
  while ((await client.send(command)).participants?.length !== 0) {
    check(Date.now() < giveUpAtMs, 'somebody is still connected');
    await delay(50);
  }
}

function memoryMb(processId: number | undefined): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
