// Runs in every page whose devices a test watches, before its own scripts.
window.pageDevices = (() => {
  const tracks = [];
  let timesGiven = 0;
  let answer = Promise.withResolvers();
  answer.resolve();
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    await answer.promise;
    const stream = await ask(constraints);
    // A stream may lose its tracks.
    tracks.push(...stream.getTracks());
    timesGiven += 1;
    return stream;
  };
  return {
    on: () => {
      const kinds = tracks.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind);
      return kinds.sort();
    },
    timesGiven: () => timesGiven,
    keepAsking() {
      answer = Promise.withResolvers();
      timesGiven = 0;
    },
    allow: () => answer.resolve(),
  };
})();
