// npm run test:cloud: checks a deployment from outside, with the operator's credentials from the environment.
import { parseArgs } from 'node:util';
import { checkDeployment } from './check-deployment.ts';
import { readDeployment } from './deployment.ts';

const USAGE = `npm run test:cloud -- --outputs FILE

  --outputs FILE  of \`cdk deploy --outputs-file FILE\`, or of a local run (.local/outputs.json)`;

const outputs = readFlags();
if (outputs instanceof Error) {
  console.error(`${outputs.message}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(outputs).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
}

function readFlags(): string | Error {
  try {
    const { outputs } = parseArgs({ options: { outputs: { type: 'string' } } }).values;
    return outputs ?? new Error('--outputs is missing');
  } catch (error) {
    return error as Error;
  }
}

async function run(file: string): Promise<number> {
  const stop = new AbortController();
  // Not once: npm passes on a Ctrl-C that the terminal has sent to this process too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const holds = await checkDeployment(readDeployment(file), { print: console.log, stop: stop.signal });
  return holds ? 0 : 1;
}
