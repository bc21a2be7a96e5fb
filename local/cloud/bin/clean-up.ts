import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `npm run local:cleanup -- [--now TIME] [--outputs FILE] [--dry-run]

  --now TIME      run as if it were this time, ISO 8601 (default: now)
  --outputs FILE  of the running instance (default .local/outputs.json)
  --dry-run       report what would be removed, remove nothing`;

interface Flags {
  readonly time: Date;
  readonly outputs: string;
  readonly dryRun: boolean;
}

const flags = readFlags();
if (typeof flags === 'string') {
  console.error(`${flags}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await cleanUp(flags).then(console.log, (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({
      options: {
        now: { type: 'string', default: new Date().toISOString() },
        outputs: { type: 'string', default: path.join(import.meta.dirname, '../../../.local/outputs.json') },
        'dry-run': { type: 'boolean', default: false },
      },
    });
    const time = new Date(values.now);
    if (Number.isNaN(time.getTime())) return `--now ${values.now}: not an ISO 8601 time`;
    return { time, outputs: values.outputs, dryRun: values['dry-run'] };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs the scheduled function of a running instance once, and answers its report as one line. */
async function cleanUp({ time, outputs, dryRun }: Flags): Promise<string> {
  const { LambdaEndpoint, CleanUpFunctionName } = readOutputs(outputs);
  const url = `${LambdaEndpoint}/2015-03-31/functions/${CleanUpFunctionName}/invocations`;
  const body = JSON.stringify({ time: time.toISOString(), ...(dryRun && { dryRun }) });
  const response = await fetch(url, { method: 'POST', body }).catch(() => {
    throw new Error(
      `No instance answers at ${LambdaEndpoint}, which ${outputs} names: is \`npm start\` still running?`,
    );
  });
  const answer = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`The clean-up failed: ${answer}`);
  return JSON.stringify(JSON.parse(answer));
}

function readOutputs(file: string): { LambdaEndpoint: string; CleanUpFunctionName: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).Stagedoor;
  } catch {
    throw new Error(`${file} holds no outputs of a running instance: start one with \`npm start\``);
  }
}
