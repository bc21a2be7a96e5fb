// Runs in the page before its own scripts: the page plays sound by elements that are not in the document.

const sounds = new Set();
const { play } = HTMLMediaElement.prototype;

HTMLMediaElement.prototype.play = function () {
  if (this instanceof HTMLAudioElement) sounds.add(this);
  return play.call(this);
};

globalThis.pageSounds = {
  /** The loudest sample of what plays within one and a half seconds; the fake microphone beeps once a second. Full scale is 1. */
  async loudest() {
    const context = new AudioContext();
    const analysers = [...sounds].filter(isPlaying).map((sound) => analyse(sound, context));
    let loudest = 0;
    for (const endMs = performance.now() + 1500; performance.now() < endMs; ) {
      loudest = Math.max(loudest, ...analysers.map(peak));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await context.close();
    return loudest;
  },
};

function isPlaying(sound) {
  return !sound.paused && sound.srcObject?.getAudioTracks().length > 0;
}

function analyse(sound, context) {
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(sound.srcObject).connect(analyser);
  return analyser;
}

function peak(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
