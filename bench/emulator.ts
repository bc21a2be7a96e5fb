// The figures of the IVS emulator, media plane included. Needs Linux (/proc) and Chromium on the PATH.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteStageCommand, DisconnectParticipantCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { type IvsEmulator, startIvsEmulator } from '../local/ivs/index.ts';
import { openStage } from '../test/browser/open-stage.ts';
import { type Pages, servePages } from '../test/browser/pages.ts';
import { type Bar, quantile, reportBars } from './support/bars.ts';

const bars: Bar[] = [];

await measureProcess('off', atMost(1000));
await measureProcess('on', atMost(2000));
await measureMedia();
reportBars(bars);

async function measureProcess(media: 'off' | 'on', startUp: Limit): Promise<void> {
  const label = media === 'on' ? 'with media' : 'without media';
  const startMs: number[] = [];
  for (let round = 0; round < 4; round++) {
    const started = await startProcess(media);
    startMs.push(started.afterMs);
    await stopProcess(started.child);
  }
  const { child, url } = await startProcess(media);
  note(`start-up ${label}, p50`, quantile(startMs, 0.5), 'ms', startUp);
  note(`memory ${label}, idle`, memoryMb(child.pid), 'MB');
  if (media === 'off') {
    note('GetStage calls', await countCallsPerSecond(url), 'a second', atLeast(1000));
    note(`memory ${label}, after them`, memoryMb(child.pid), 'MB');
  }
  await stopProcess(child);
}

async function startProcess(media: 'off' | 'on') {
  const startedMs = performance.now();
  const program = new URL('../local/ivs/bin/start.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, '--quotas', 'off', '--media', media], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\S+/.exec(line.toString())?.[0];
  if (url === undefined) throw new Error(`the emulator did not start: ${line}`);
  return { child, url, afterMs: performance.now() - startedMs };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Plain HTTP with 16 callers: the SDK's own work would be most of what is measured. */
async function countCallsPerSecond(url: string): Promise<number> {
  const call = async (operation: string, input: object) => {
    const response = await fetch(`${url}/${operation}`, { method: 'POST', body: JSON.stringify(input) });
    if (!response.ok) throw new Error(`${operation} answered ${response.status}`);
    return (await response.json()) as { stage: { arn: string } };
  };
  const { arn } = (await call('CreateStage', {})).stage;
  const endMs = performance.now() + 3000;
  const startMs = performance.now();
  let calls = 0;
  const callers = Array.from({ length: 16 }, async () => {
    for (; performance.now() < endMs; calls++) await call('GetStage', { arn });
  });
  await Promise.all(callers);
  return calls / ((performance.now() - startMs) / 1000);
}

async function measureMedia(): Promise<void> {
  const emulator = await startIvsEmulator({ media: {}, quotas: 'off' });
  const client = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const pages = await servePages(emulator.url);
  try {
    await measureViewers(emulator, client, pages);
    await measureEnds(client, pages);
    await measureKills(client, pages);
  } finally {
    await pages.close();
    client.destroy();
    await emulator.close();
  }
}

async function measureViewers(emulator: IvsEmulator, client: IVSRealTimeClient, pages: Pages): Promise<void> {
  const stage = await openStage(client, pages);
  const publisher = await stage.openPublisher();
  note('memory of the media process, idle', memoryMb(emulator.mediaProcessId), 'MB');

  const first = await stage.openViewer(publisher.participantId);
  const firstFrameMs: number[] = [];
  for (let round = 0; round < 15; round++) {
    // Browsers make no two key frames within 300 ms, so that joins in quick succession would wait for each other.
    await delay(500);
    firstFrameMs.push((await first.page.view(first.token, publisher.participantId)).firstFrameMs);
  }
  note('click to first frame, p50', quantile(firstFrameMs, 0.5), 'ms', atMost(1000));
  note('server CPU with 1 viewer', await cpuPercent(emulator.mediaProcessId), '% of a core', atMost(15));

  for (let viewer = 2; viewer <= 5; viewer++) await stage.openViewer(publisher.participantId);
  note('server CPU with 5 viewers', await cpuPercent(emulator.mediaProcessId), '% of a core', atMost(15));
  note('memory of the media process, 5 viewers', memoryMb(emulator.mediaProcessId), 'MB');
  const { framesDecoded } = await first.page.received();
  await delay(5000);
  const later = await first.page.received();
  note('frames a second of 20 at 1 of 5 viewers', (later.framesDecoded - framesDecoded) / 5, 'fps', atLeast(10));
  await pages.closeParticipants();
}

async function measureEnds(client: IVSRealTimeClient, pages: Pages): Promise<void> {
  const ends = {
    DisconnectParticipant: (stageArn: string, participantId: string) =>
      client.send(new DisconnectParticipantCommand({ stageArn, participantId })),
    DeleteStage: (arn: string) => client.send(new DeleteStageCommand({ arn })),
  };
  for (const [name, end] of Object.entries(ends)) {
    const stage = await openStage(client, pages);
    const publisher = await stage.openPublisher();
    const viewer = await stage.openViewer(publisher.participantId);
    const startMs = Date.now();
    await end(stage.stageArn, publisher.participantId);
    const told = await publisher.page.event('ended');
    await viewer.page.framesStop();
    const { lastFrameAtMs } = await viewer.page.received();
    note(`${name} to the publisher's end`, told.atMs - startMs, 'ms', atMost(1000));
    note(`${name} to the viewer's last frame`, Math.max(0, lastFrameAtMs - startMs), 'ms', atMost(1000));
    await pages.closeParticipants();
  }
}

async function measureKills(client: IVSRealTimeClient, pages: Pages): Promise<void> {
  for (const joins of [true, false]) {
    const stage = await openStage(client, pages);
    const publisher = await stage.openPublisher({ joins });
    const viewer = await stage.openViewer(publisher.participantId);
    const startMs = Date.now();
    await publisher.page.kill();
    const told = await viewer.page.event('left');
    const name = `killed publisher ${joins ? 'with' : 'without'} an event stream to the viewer's news`;
    note(name, told.atMs - startMs, 'ms', atMost(joins ? 1000 : 10_000));
    await pages.closeParticipants();
  }
}

async function cpuPercent(processId: number | undefined): Promise<number> {
  const windowMs = 8000;
  const before = cpuMs(processId);
  const startMs = performance.now();
  await delay(windowMs);
  return ((cpuMs(processId) - before) / (performance.now() - startMs)) * 100;
}

/** User and system time, which Linux counts in hundredths of a second. */
function cpuMs(processId: number | undefined): number {
  const [, rest = ''] = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryMb(processId: number | undefined): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

type Limit = Pick<Bar, 'bar'> & { readonly allows: (value: number) => boolean };

function atMost(most: number): Limit {
  return { bar: `<= ${most}`, allows: (value) => value <= most };
}

function atLeast(least: number): Limit {
  return { bar: `>= ${least}`, allows: (value) => value >= least };
}

/** A figure without a limit is there to be known. */
function note(what: string, value: number, unit: string, limit: Limit = { bar: '', allows: () => true }): void {
  bars.push({ what, measured: `${value.toFixed(1)} ${unit}`, bar: limit.bar, holds: limit.allows(value) });
}
