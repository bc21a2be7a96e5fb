import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../../../local/cloud/events/pattern.ts';

const EVENT = {
  source: 'aws.ivs',
  'detail-type': 'IVS Stage Update',
  resources: ['arn:one', 'arn:two'],
  detail: { event_name: 'Participant Published', replica: true, attempts: 3, user: null, streams: [{ kind: 'audio' }] },
};
const LIVE = {
  source: ['aws.ivs'],
  'detail-type': ['IVS Stage Update'],
  detail: { event_name: ['Participant Published', 'Participant Unpublished'] },
};

describe('an event pattern', () => {
  it.each([
    [LIVE],
    [{ resources: ['arn:two', 'arn:three'] }],
    [{ detail: { replica: [true], attempts: [3], user: [null] } }],
    [{ detail: { streams: { kind: ['audio'] } } }],
  ])('matches when each of its fields has one of the values: %j', (pattern) => {
    expect(compilePattern(pattern)(EVENT)).toBe(true);
  });

  it.each([
    ['another source', { ...EVENT, source: 'aws.ivschat' }],
    ['another value inside', { ...EVENT, detail: { event_name: 'Token Exchanged' } }],
    ['a missing field', { ...EVENT, detail: {} }],
    ['a text in place of an object', { ...EVENT, detail: 'Participant Published' }],
    ['no detail', { source: 'aws.ivs', 'detail-type': 'IVS Stage Update' }],
    ['null in place of an object', { ...EVENT, detail: null }],
    ['no object at all', 'aws.ivs'],
  ])('does not match %s', (_case, event) => {
    expect(compilePattern(LIVE)(event)).toBe(false);
  });

  it('compares without converting, and takes nothing inherited for a field', () => {
    expect(compilePattern({ detail: { attempts: ['3'] } })(EVENT)).toBe(false);
    expect(compilePattern({ detail: { absent: [null] } })(EVENT)).toBe(false);
    expect(compilePattern({ detail: { constructor: { name: ['Object'] } } })(EVENT)).toBe(false);
  });

  it.each([
    [{ source: [{ prefix: 'aws.' }] }, 'source uses prefix'],
    [{ detail: { user_id: [{ wildcard: 'host:*' }] } }, 'detail.user_id uses wildcard'],
    [{ detail: { error_code: ['A', { exists: false }] } }, 'detail.error_code uses exists'],
    [{ detail: { attempts: [{ numeric: ['>', 3] }] } }, 'detail.attempts uses numeric'],
    [{ source: [{ 'anything-but': 'aws.ec2' }] }, 'source uses anything-but'],
    [{ $or: [{ source: ['a'] }] }, 'its root uses $or'],
    [{ detail: { $or: [{ a: ['a'] }] } }, 'detail uses $or'],
    [{ source: 'aws.ivs' }, 'source is neither a list nor an object'],
    [{ source: [] }, 'source lists no value'],
    [{ detail: {} }, 'the event pattern at detail is empty'],
    [{}, 'the event pattern is empty'],
  ])('is refused, and named, beyond that: %j', (pattern, problem) => {
    expect(() => compilePattern(pattern)).toThrow(problem);
  });
});
