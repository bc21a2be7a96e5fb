// Runs in the page before its own scripts: tells when things happened, by the clock that all browsers of a machine share.

let clickedAtMs = 0;

addEventListener('click', () => (clickedAtMs = Date.now()), true);

globalThis.pageTimes = {
  clicked: () => clickedAtMs,
  /** Of what is on the page from now on, or is there already. */
  frame: (name) => momentOf(() => videoOf(name)?.getVideoPlaybackQuality().totalVideoFrames > 0),
  noTile: (name) => momentOf(() => tileOf(name) === undefined),
  button: (name) => momentOf(() => [...document.querySelectorAll('button')].some((one) => one.textContent === name)),
  /** Of a picture that comes after the present one went away. */
  async nextFrame(name) {
    await this.noTile(name);
    return this.frame(name);
  },
};

const tileOf = (name) => [...document.querySelectorAll('figure')].find((figure) => figure.ariaLabel === name);
const videoOf = (name) => tileOf(name)?.querySelector('video');

function momentOf(holds, withinMs = 30_000) {
  const giveUpAtMs = Date.now() + withinMs;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (holds()) resolve(Date.now());
      else if (Date.now() > giveUpAtMs) reject(new Error(`not within ${withinMs} ms: ${holds}`));
      else requestAnimationFrame(look);
    };
    look();
  });
}
