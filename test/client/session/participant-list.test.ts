import { expect, it } from '@jest/globals';
import { ParticipantList } from '../../../client/session/participant-list.ts';
import { fakeTrack } from './fake-media.ts';
import { participant } from './fake-stage.ts';

const ids = (list: ParticipantList) => list.current.map(({ participantId }) => participantId);

it('keeps the place of tracks that come before their participant', () => {
  const list = new ParticipantList(
    () => ['audio', 'video'],
    () => {},
  );
  list.putTracks('first', [fakeTrack('video')]);
  list.put(participant({ id: 'second' }));
  list.put(participant({ id: 'first' }));
  expect(ids(list)).toEqual(['first', 'second']);
});

it('keeps nothing of those who left, whose tracks end later', () => {
  let changes = 0;
  const list = new ParticipantList(
    () => [],
    () => {
      changes += 1;
    },
  );
  list.put(participant({ id: 'first' }));
  list.remove('first');
  list.putTracks('first', []);
  expect(changes).toBe(2);
  list.put(participant({ id: 'second' }));
  list.put(participant({ id: 'first' }));
  expect(ids(list)).toEqual(['second', 'first']);
});
