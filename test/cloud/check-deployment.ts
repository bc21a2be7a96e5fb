import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient } from './api-client.ts';
import { connectToAws } from './aws-clients.ts';
import type { Deployment } from './deployment.ts';
import { type Bench, describeError } from './evidence.ts';
import { cannotTell, type Fact, type Finding } from './facts/fact.ts';
import { facts } from './facts/facts.ts';
import { People } from './people.ts';
import { purge } from './purge.ts';
import { type Step, takeSteps } from './steps.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface CheckOptions {
  readonly print: (line: string) => void;
  /** Ends the check before its next step; what it has made is removed all the same. */
  readonly stop: AbortSignal;
  /** Milliseconds. @default the machine's clock */
  readonly now?: () => number;
  /** Between two looks at something that takes its time. @default a second */
  readonly pause?: () => Promise<void>;
}

/** Takes a deployment through its paces, judges the open facts, and removes what it made. @returns whether all steps hold */
export async function checkDeployment(deployment: Deployment, options: CheckOptions): Promise<boolean> {
  const { now = Date.now, pause = () => sleep(1_000), stop } = options;
  const prefix = `stagedoor-check-${randomBytes(4).toString('hex')}`;
  const print = (line: string) => options.print(withoutSecrets(line));
  const aws = connectToAws(deployment);
  const bench: Bench = {
    ...{ deployment, aws, now, pause },
    api: createApiClient(deployment.ApiUrl),
    people: new People(aws.cognito, deployment),
  };
  const step: Step = async (name, work) => {
    stop.throwIfAborted();
    return timed(name, work, { print, now });
  };
  print(`Checking ${deployment.DeploymentName} in ${deployment.Region} with users named ${prefix}-…`);
  // Whatever failed, its step has said so.
  const evidence = await takeSteps(bench, step, prefix).catch(() => undefined);
  if (evidence !== undefined) await judge(print, stop, (fact) => fact.observe(bench, evidence));
  if (stop.aborted) print('Stopped.');
  const left = await removeAll(bench, { print, now });
  print(`Made ${aws.callCount()} calls to AWS and ${bench.api.requestCount()} requests to the API.`);
  aws.close();
  return evidence !== undefined && !stop.aborted && left.length === 0;
}

interface Clocked {
  readonly print: (line: string) => void;
  readonly now: () => number;
}

async function timed<T>(name: string, work: () => Promise<T>, { print, now }: Clocked): Promise<T> {
  const startedAt = now();
  const tell = (outcome: string, more = '') =>
    print(`${outcome.padEnd(7)} ${((now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${name}${more}`);
  try {
    const result = await work();
    tell('ok');
    return result;
  } catch (thrown) {
    tell('FAILED', `: ${describeError(thrown)}`);
    throw thrown;
  }
}

async function judge(print: Clocked['print'], stop: AbortSignal, ask: (fact: Fact) => Promise<Finding>): Promise<void> {
  print("What AWS's documentation leaves open:");
  for (const fact of facts) {
    if (stop.aborted) return;
    const { verdict, seen } = await ask(fact).catch((error: unknown) => cannotTell(describeError(error)));
    print(`${verdict.padEnd(14)}  ${fact.name}: ${fact.statement} (${seen})`);
  }
}

async function removeAll(bench: Bench, clocked: Clocked): Promise<readonly string[]> {
  const work = () => purge(bench);
  const left = await timed('remove what the check has made', work, clocked);
  for (const sentence of left) clocked.print(`FAILED            ${sentence}`);
  return left;
}
