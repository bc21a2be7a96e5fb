import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `npm run prove` runs the long forms; `npm test` the quick ones. */
export const isLongForm = process.env.PROVE === '1';

/** How often something is tried. */
export const times = ({ quick, long }: { readonly quick: number; readonly long: number }): number =>
  isLongForm ? long : quick;

/** For fast-check: the long form tries the same every time, so that its figures can be compared; the quick one something new. */
export const seed: { readonly seed?: number } = isLongForm ? { seed: 20_260_101 } : {};

/** A part of docs/proof.md. Figures are comparable from run to run: counts, ratios, medians; no dates. */
export interface Proof {
  /** What was tried and how often, or what was measured; a line each. */
  readonly figures: readonly (readonly [what: string, figure: number | string])[];
  /** What does not hold as promised, a sentence each. Default: nothing. */
  readonly fellShort?: readonly string[];
}

/** Leaves a part for the report when `npm run prove` runs; otherwise nothing. `part` as in proof/parts.ts. */
export function recordProof(part: string, proof: Proof): void {
  const directory = process.env.PROOF_DIRECTORY;
  if (!directory) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, `${part}.json`), JSON.stringify(proof, undefined, 2));
}
