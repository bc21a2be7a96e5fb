import type { InvokeResult } from './messages.ts';
import type { Sandbox } from './sandbox.ts';

export interface SandboxPool {
  /** Runs in a free sandbox, else in a new one, else waits its turn for one. */
  invoke(event: string): Promise<InvokeResult>;
  close(): Promise<void>;
}

export function createSandboxPool(maxSandboxes: number, createSandbox: () => Sandbox): SandboxPool {
  const all = new Set<Sandbox>();
  const free: Sandbox[] = [];
  const waiting: (() => void)[] = [];
  let busyCount = 0;
  let isClosed = false;

  async function occupy(): Promise<void> {
    if (busyCount < maxSandboxes) busyCount += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** A waiting call takes the place over, so that nobody overtakes it. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) busyCount -= 1;
    else next();
  }

  function take(): Sandbox {
    const sandbox = free.pop() ?? createSandbox();
    all.add(sandbox);
    return sandbox;
  }

  async function giveBack(sandbox: Sandbox): Promise<void> {
    if (sandbox.isUsable) {
      free.push(sandbox);
      return;
    }
    all.delete(sandbox);
    await sandbox.close();
  }

  return {
    invoke: async (event) => {
      await occupy();
      try {
        if (isClosed) return { error: { errorType: 'ServiceException', errorMessage: 'The local run has ended' } };
        const sandbox = take();
        const result = await sandbox.invoke(event);
        await giveBack(sandbox);
        return result;
      } finally {
        leave();
      }
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...all].map((sandbox) => sandbox.close()));
    },
  };
}
