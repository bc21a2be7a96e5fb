import { CreateStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { startIvsEmulator } from '../../local/ivs/index.ts';
import { arrivals } from './arrivals.ts';

/** Cognito gives a trigger 5 s; then the login fails. */
const TRIGGER_LIMIT_MS = 5_000;

/**
 * The flow that public samples have in a sign-in trigger: look the user's stage up, create it if there is none, remember
 * it; with the SDK's default retries, and an error that refuses the login.
 */
export async function runPlainFlow(users: number, arrivalMs: number) {
  const emulator = await startIvsEmulator({ quotas: 'real' });
  const ivs = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const known = new Map<string, string>();
  const madeAtMs: number[] = [];
  const startedAt = Date.now();

  const trigger = async (userId: string): Promise<void> => {
    if (known.has(userId)) return;
    const command = new CreateStageCommand({ name: userId, tags: { 'stagedoor:owner': userId } });
    const { stage } = await ivs.send(command, { abortSignal: AbortSignal.timeout(TRIGGER_LIMIT_MS) });
    known.set(userId, stage?.arn ?? '');
    madeAtMs.push(Date.now() - startedAt);
  };
  const logIn = async (i: number) => {
    const loginAt = performance.now();
    const succeeded = await trigger(`user-${i}`).then(
      () => true,
      () => false,
    );
    return { succeeded, ms: performance.now() - loginAt };
  };
  const logins = await Promise.all(arrivals(users, arrivalMs, logIn));
  const stages = emulator.stages();
  ivs.destroy();
  await emulator.close();
  return {
    refused: logins.filter(({ succeeded }) => !succeeded).length,
    latenciesMs: logins.map(({ ms }) => ms),
    stages: stages.length,
    owners: new Set(stages.map(({ tags }) => tags['stagedoor:owner'])).size,
    polls: 0,
    madeAtMs: madeAtMs.sort((a, b) => a - b),
  };
}
