import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildPage } from '../build-page.ts';
import type { LocalCloud } from '../index.ts';
import { makeTogether } from '../make-together.ts';
import { synthesize } from '../synthesize.ts';

const USAGE = `npm start -- [--port PORT] [--outputs FILE] [--data DIR] [--ivs-quotas off|real]

  --port PORT            of the web page; the API gets the next one; 0 = any free ports (default 4000)
  --outputs FILE         where to write the stack's outputs (default .local/outputs.json)
  --data DIR             keeps users, tables, queues, stages and secrets over clean stops (default: each run starts fresh)
  --ivs-quotas off|real  whether IVS calls beyond AWS's rates are refused (default real)`;

interface Flags {
  readonly port: number;
  readonly outputs: string;
  readonly data: string | undefined;
  readonly ivsQuotas: 'real' | 'off';
}

const flags = readFlags();
if (typeof flags === 'string') {
  console.error(`${flags}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(flags);
}

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4000' },
        outputs: { type: 'string', default: path.join(import.meta.dirname, '../../../.local/outputs.json') },
        data: { type: 'string' },
        'ivs-quotas': { type: 'string', default: 'real' },
      },
    });
    const { port, outputs, data, 'ivs-quotas': ivsQuotas } = values;
    // One less than the last port, because the API takes the next.
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_534) return `--port ${port}: not a port between 0 and 65534`;
    if (ivsQuotas !== 'real' && ivsQuotas !== 'off') return `--ivs-quotas ${ivsQuotas}: neither off nor real`;
    return { port: Number(port), outputs: path.resolve(outputs), data, ivsQuotas };
  } catch (error) {
    return (error as Error).message;
  }
}

async function run(options: Flags): Promise<number> {
  const stop = new AbortController();
  // Not once: npm passes on a Ctrl-C that the terminal has sent to this process too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  // Whoever read the output is gone: nobody is left to stop this run.
  process.stdout.on('error', () => stop.abort());
  process.stderr.on('error', () => stop.abort());
  const directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-'));
  try {
    const cloud = await start(options, directory, stop.signal);
    if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    await cloud.close();
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    console.error(explain(error as NodeJS.ErrnoException & { port?: number }));
    return 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function start(options: Flags, directory: string, signal: AbortSignal): Promise<LocalCloud> {
  console.log('Synthesizing the CDK app and building the web page ...');
  const assemblyDirectory = path.join(directory, 'assembly');
  const pageDirectory = path.join(directory, 'page');
  // Loading takes about as long as making them, in other processes.
  const [{ startLocalCloud, DEMO_PASSWORD, DEMO_USERS }] = await Promise.all([
    import('../index.ts'),
    makeTogether([(stop) => synthesize(assemblyDirectory, stop), (stop) => buildPage(pageDirectory, stop)], signal),
  ]);
  const cloud = await startLocalCloud({
    assemblyDirectory,
    pageDirectory,
    webPort: options.port,
    apiPort: options.port === 0 ? 0 : options.port + 1,
    ...(options.data !== undefined && { dataDirectory: path.resolve(options.data) }),
    ivsQuotas: options.ivsQuotas,
    media: true,
    // CloudWatch takes embedded metrics out of the log; here they would drown it.
    log: (line) => line.includes('{"_aws":') || console.error(line),
  });
  writeOutputs(options.outputs, cloud);
  console.log(`\nOpen ${cloud.webUrl} in a browser.\n`);
  const urls = Object.entries(cloud.outputs).filter(([, value]) => value.startsWith('http'));
  for (const [name, url] of urls) console.log(`${name.padEnd(22)} ${url}`);
  const users = DEMO_USERS.map(({ userName, groups = [] }) =>
    [userName, ...groups.map((group) => `(${group})`)].join(' '),
  );
  console.log(`Demo users: ${users.join(', ')}; password ${DEMO_PASSWORD}`);
  console.log(`Outputs: ${options.outputs}`);
  console.log(`Stagedoor is ready (${process.uptime().toFixed(1)} s). Ctrl-C stops it.`);
  return cloud;
}

/** As `cdk deploy --outputs-file` writes them; whoever waits for the file never reads half of it. */
function writeOutputs(file: string, { outputs }: LocalCloud): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify({ Stagedoor: outputs }, undefined, 2)}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

function explain(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  if (error.code === 'EADDRINUSE') return `Port ${error.port} is in use: choose others with --port (0 = any free ones)`;
  return `Stagedoor could not start: ${error.message}`;
}
