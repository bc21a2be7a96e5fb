// npm run purge: deletes what a deployment has made at run time and CloudFormation does not know of: stages, ingest
// configurations and public keys that carry its tag. With the operator's credentials, from the environment.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { findLeftovers, type Leftovers, removeLeftovers } from './purge/leftovers.ts';

const USAGE = `npm run purge -- [--outputs FILE] [--dry-run] [--yes]

  --outputs FILE  of \`cdk deploy --outputs-file FILE\`, or of a local run (default .local/outputs.json)
  --dry-run       count what would be deleted, delete nothing
  --yes           do not ask`;

interface Flags {
  readonly outputs: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

interface Deployment {
  readonly name: string;
  readonly region: string;
  /** Of a local run. Undefined: AWS. */
  readonly endpoint: string | undefined;
}

const flags = readFlags();
if (typeof flags === 'string') {
  console.error(`${flags}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await purge(flags).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({
      options: {
        outputs: { type: 'string', default: path.join(import.meta.dirname, '../.local/outputs.json') },
        'dry-run': { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    });
    return { outputs: values.outputs, dryRun: values['dry-run'], yes: values.yes };
  } catch (error) {
    return (error as Error).message;
  }
}

async function purge({ outputs, dryRun, yes }: Flags): Promise<void> {
  const deployment = readDeployment(outputs);
  const client = connect(deployment);
  try {
    const options = { client, deployment: deployment.name };
    const found = await findLeftovers(options);
    console.log(`${deployment.name} in ${deployment.region} has ${countsOf(found)}.`);
    const isNothing = Object.values(found).every((arns) => arns.length === 0);
    if (dryRun || isNothing) return;
    if (!yes && !(await agrees(deployment))) {
      console.log('Nothing was deleted.');
      return;
    }
    await removeLeftovers(options, found);
    console.log(`Deleted ${countsOf(found)}.`);
  } finally {
    client.destroy();
  }
}

/** The first stack of the file that is one of ours: a web stack may stand beside it. */
function readDeployment(file: string): Deployment {
  const stacks = Object.values(readOutputs(file));
  const found = stacks.find(({ DeploymentName, Region }) => DeploymentName !== undefined && Region !== undefined);
  if (!found) throw new Error(`${file} names no deployment: its outputs lack DeploymentName or Region`);
  return { name: String(found.DeploymentName), region: String(found.Region), endpoint: found.IvsEndpoint };
}

function readOutputs(file: string): Readonly<Record<string, Readonly<Record<string, string | undefined>>>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${file} holds no outputs: write them with \`cdk deploy --outputs-file FILE\``);
  }
}

/** A local run takes any credentials but a function's for the operator's. */
function connect({ region, endpoint }: Deployment): IVSRealTimeClient {
  const local = { endpoint: endpoint ?? '', credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } };
  return new IVSRealTimeClient({ region, maxAttempts: 10, ...(endpoint !== undefined && local) });
}

function countsOf({ stages, ingests, publicKeys }: Leftovers): string {
  return `${stages.length} stages, ${ingests.length} ingest configurations and ${publicKeys.length} public keys`;
}

async function agrees({ name }: Deployment): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Type ${name} to delete them. Whoever is on a stage is put out: `);
    return answer.trim() === name;
  } finally {
    terminal.close();
  }
}
