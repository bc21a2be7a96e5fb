import type { Cognito } from '../../local/cloud/cognito/index.ts';
import { type Cloud, startCloud, startUserPool } from './cloud.ts';
import { type Process, startProcess } from './process.ts';
import { type CellOptions, type CellResult, runCell } from './run-cell.ts';
import type { Scenario } from './scenario.ts';

interface Place {
  readonly cloud: Cloud;
  /** Plays every function that nothing goes wrong with. */
  readonly healthy: Process;
}

/** Clouds for cells: each serves one at a time, and then another. */
export class Clouds {
  readonly #free: Place[] = [];
  #userPool: Cognito | undefined;

  async run(scenario: Scenario, options: CellOptions = {}): Promise<CellResult> {
    const place = this.#free.pop() ?? (await this.#open());
    const { cloud, healthy } = place;
    const result = await runCell(cloud, healthy, scenario, options);
    if (result.isBusy) await close(place);
    else {
      await cloud.reset();
      this.#free.push(place);
    }
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.map(close));
    await this.#userPool?.close();
  }

  async #open(): Promise<Place> {
    this.#userPool ??= await startUserPool();
    const cloud = await startCloud(this.#userPool);
    return { cloud, healthy: startProcess(cloud, 'clean-up') };
  }
}

async function close({ cloud, healthy }: Place): Promise<void> {
  healthy.close();
  await cloud.close();
}
