/** A track of nothing. */
export function createTrack(kind: 'audio' | 'video', id: string = kind): MediaStreamTrack {
  const track = {
    kind,
    id,
    enabled: true,
    readyState: 'live',
    stop: () => {
      track.readyState = 'ended';
    },
  };
  return track as unknown as MediaStreamTrack;
}
