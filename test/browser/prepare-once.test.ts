import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeIn } from './prepare-once.ts';

let directory: string;
const ended: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stagedoor-browser-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const fail = () => Promise.reject(new Error('The page could not be built'));

/** Writes once more after it was told to stop, as a program does that is half-way through a file. */
const stopLate = (written: string, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const write = () => {
      mkdirSync(written, { recursive: true });
      ended.push(written);
      resolve();
    };
    signal.addEventListener('abort', () => setImmediate(write), { once: true });
  });

it('stops the synth, waits for its end and leaves nothing behind when the page cannot be built', async () => {
  await expect(makeIn(directory, { assembly: stopLate, page: fail })).rejects.toThrow('The page could not be built');
  expect([ended, existsSync(directory)]).toEqual([[join(directory, 'assembly')], false]);
});

it('makes each in a directory of its own', async () => {
  const make = async (made: string) => void mkdirSync(made);
  await makeIn(directory, { assembly: make, page: make });
  expect([existsSync(join(directory, 'assembly')), existsSync(join(directory, 'page'))]).toEqual([true, true]);
});
