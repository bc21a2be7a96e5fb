import { expect, it } from '@jest/globals';
import { momentIn } from '../../../../lambdas/stages/live/stage-update.ts';

const second = Date.parse('2025-11-18T16:40:32Z') * 1000;

it.each([
  ['2025-11-18T16:40:32Z', { at: second, within: 1_000_000 }],
  ['2025-11-18T16:40:32.1Z', { at: second + 100_000, within: 100_000 }],
  ['2025-11-18T16:40:32.123Z', { at: second + 123_000, within: 1000 }],
  ['2025-11-18T16:40:32.123456Z', { at: second + 123_456, within: 1 }],
  ['2025-11-18T16:40:32.089061676Z', { at: second + 89_061, within: 1 }],
  ['2025-11-18T16:40:32', undefined],
  ['2025-13-18T16:40:32Z', undefined],
  ['at 2025-11-18T16:40:32Z', undefined],
  ['2025-11-18T16:40:32Z, or later', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('reads %j as exactly as it is told', (text, moment) => {
  expect(momentIn(text)).toEqual(moment);
});
