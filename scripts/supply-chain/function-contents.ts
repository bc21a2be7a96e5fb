import path from 'node:path';
import { buildSync } from 'esbuild';
import { bundleOptions, functionEntries } from '../../lib/function-bundles.ts';

/** What the bundle of a function was made of. */
export interface FunctionContents {
  readonly name: string;
  readonly bytes: number;
  /** Of the files that left code in it, by their path from the project's root. */
  readonly bytesBySource: ReadonlyMap<string, number>;
  readonly code: string;
  readonly sourceMap: string;
}

const ROOT = path.join(import.meta.dirname, '../..');

/** Of all functions, built as they are deployed. */
export function readFunctionContents(): readonly FunctionContents[] {
  const { metafile, outputFiles } = buildSync({ ...bundleOptions, absWorkingDir: ROOT, metafile: true });
  const textOf = (file: string): string => {
    const output = outputFiles.find((one) => one.path === path.join(ROOT, file));
    if (output === undefined) throw new Error(`esbuild made no ${file}`);
    return output.text;
  };
  return Object.keys(functionEntries).map((name) => {
    const file = `${path.relative(ROOT, bundleOptions.outdir)}/${name}/index.js`;
    const output = metafile.outputs[file];
    if (output === undefined) throw new Error(`esbuild made no ${file}`);
    const sources = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return {
      name,
      bytes: output.bytes,
      bytesBySource: new Map(sources.map(([source, { bytesInOutput }]) => [source, bytesInOutput])),
      code: textOf(file),
      sourceMap: textOf(`${file}.map`),
    };
  });
}
