import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { displayNameOf, fallbackNameOf } from '../../../lambdas/stages/display-name.ts';

it.each([
  [{ preferred_username: 'Ada', name: 'Ada Lovelace' }, 'Ada'],
  [{ preferred_username: '  ', name: 'Ada Lovelace' }, 'Ada Lovelace'],
  [{ name: ' Ada \n\t Lovelace ' }, 'Ada Lovelace'],
  [{ preferred_username: 'a\u202Ed\u0000a\u200B' }, 'ada'],
  [{ preferred_username: 'ada@example.com', name: 'Ada' }, 'Ada'],
  [{ preferred_username: '\u0301', name: '007' }, '007'],
  [{ name: `${'x'.repeat(63)} y` }, 'x'.repeat(63)],
  [{ name: 'ada@example.com' }, undefined],
  [{}, undefined],
])('makes of %j the name %j', (attributes, expected) => {
  expect(displayNameOf(attributes)).toBe(expected);
});

it('cuts names at 64 characters, never inside one', () => {
  expect(displayNameOf({ name: 'x'.repeat(64) })).toHaveLength(64);
  expect(Array.from(displayNameOf({ name: '🎭'.repeat(65) }) ?? '')).toHaveLength(64);
});

it('never shows an e-mail, a control character or too long a name', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const shown = displayNameOf({ name }) ?? 'x';
      expect(shown).not.toMatch(/[@\p{C}]/u);
      expect(Array.from(shown).length).toBeLessThanOrEqual(64);
      expect(shown.trim()).toBe(shown);
    }),
  ));

it('falls back to four characters of the user id', () => {
  expect(fallbackNameOf('7d444840-9dc0-11d1-b245-5ffdce74fad2')).toBe('Guest-fad2');
});

it.each([
  ['\u3164', undefined],
  ['\u2800\u115f', undefined],
  ['\ufe0f\ufe0f\u034f', undefined],
  [`${'a'.repeat(64)}@x.example`, undefined],
  ['bob\uff20x.example', undefined],
  [`Z${'\u0301'.repeat(200)}`, `\u0179\u0301\u0301`],
])('neither hides behind %j nor shows an e-mail in it', (name, expected) => {
  expect(displayNameOf({ name })).toBe(expected);
});
