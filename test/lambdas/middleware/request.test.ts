import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { bodyOf } from '../../../lambdas/middleware/request.ts';
import { httpEvent } from '../../support/http-event.ts';

const schema: z.ZodMiniType<{ readonly names?: unknown }> = z.strictObject(
  { names: z.optional(z.array(z.string('must be a text'), 'must be an array')) },
  'must be a JSON object',
);
const read = (body: string) => bodyOf(httpEvent('PATCH /me/stage', { body }), schema);

describe('a body', () => {
  it('of so many levels that a program may run out of stack on it is refused', () => {
    const deep = (levels: number) => `{"names":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(() => read(deep(5_000))).toThrow(/^body must have at most 10 levels, got "\{\\"names\\":\[\[\[/);
    expect(() => read(deep(11))).toThrow(/^body must have at most 10 levels/);
    expect(() => read(deep(10))).toThrow(/^names\[0\] must be a text, got \[\[/);
  });

  it('is quoted without the tokens in it, wherever they are', () => {
    const token = 'eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiJ4In0.c2lnbmF0dXJl';
    expect(() => read(JSON.stringify({ names: token }))).toThrow('names must be an array, got "(a token)"');
    expect(() => read(JSON.stringify({ [token]: 1 }))).toThrow('body must not have the field "(a token)"');
    expect(() => read(`\n${token}`)).toThrow('body must be JSON, got "\\n(a token)"');
    expect(() => read(`"${token.slice(0, 30)}"`)).toThrow('body must be a JSON object, got "(a token)"');
  });
});
