import type fc from 'fast-check';
import { StageError } from '../../lambdas/stages/errors.ts';
import type { Process } from './explore.ts';
import { befalling, type Fate, meet } from './fates.ts';
import type { Life } from './whole-life.ts';

export type Step = fc.AsyncCommand<object, Life>;

export const step = (name: string, run: (life: Life) => unknown): Step => ({
  check: () => true,
  run: async (_model, life) => {
    await run(life);
    life.befell.count('steps');
    const wrong = [...life.violations, ...life.inspect()];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  },
  toString: () => name,
});

export const runs = (name: string, process: Process, fate: Fate): Step =>
  step(`${name}${befalling(fate)}`, (life) => meet(life, process, fate));

/** A request that is repeated in the end, unless it was answered. */
export const asks = (name: string, request: (life: Life) => Process, fate: Fate): Step =>
  step(`${name}${befalling(fate)}`, (life) => {
    const asked = request(life);
    life.unanswered.add(asked);
    const untilAnswered: Process = async (services) => {
      await asked(services).catch(throwIfPassing);
      life.unanswered.delete(asked);
    };
    return meet(life, untilAnswered, fate);
  });

/** A refusal that nothing would be gained by repeating is an answer. */
function throwIfPassing(error: unknown): void {
  if (!(error instanceof StageError) || error.retryAfterSeconds !== undefined) throw error;
}
