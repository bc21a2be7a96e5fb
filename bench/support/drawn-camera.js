// Runs in the page before its own scripts: the camera shows a drawn person on a stage, for a picture of the page.

const { mediaDevices } = navigator;
const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
const enumerateDevices = mediaDevices.enumerateDevices.bind(mediaDevices);

mediaDevices.getUserMedia = async (constraints) => {
  const stream = await getUserMedia(constraints);
  for (const track of stream.getVideoTracks()) {
    const settings = track.getSettings();
    track.stop();
    stream.removeTrack(track);
    stream.addTrack(Object.assign(openDrawnCamera(), { getSettings: () => settings }));
  }
  return stream;
};

mediaDevices.enumerateDevices = async () =>
  (await enumerateDevices()).map(({ deviceId, groupId, kind, label }) => {
    const name = kind === 'videoinput' ? 'Front camera' : 'Built-in microphone';
    return { deviceId, groupId, kind, label: label && name };
  });

function openDrawnCamera() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
  const context = canvas.getContext('2d');
  setInterval(() => draw(context), 50);
  return canvas.captureStream(20).getVideoTracks()[0];
}

/** `drawnPerson` is set by who opens the page. */
function draw(context) {
  const { curtain, light, skin, hair, clothes } = globalThis.drawnPerson;
  for (let fold = 0; fold < 16; fold++) {
    const shade = context.createLinearGradient(fold * 80, 0, fold * 80 + 80, 0);
    for (const [at, colour] of curtain.map((colour, i) => [i / (curtain.length - 1), colour])) {
      shade.addColorStop(at, colour);
    }
    context.fillStyle = shade;
    context.fillRect(fold * 80, 0, 80, 720);
  }
  const spot = context.createRadialGradient(640, 330, 60, 640, 330, 620);
  spot.addColorStop(0, light);
  spot.addColorStop(1, '#00000099');
  context.fillStyle = spot;
  context.fillRect(0, 0, 1280, 720);
  oval(context, clothes, 640, 800, 330, 300);
  oval(context, skin, 640, 540, 70, 110);
  oval(context, hair, 640, 320, 168, 192);
  oval(context, skin, 640, 352, 138, 172);
  for (const x of [592, 688]) oval(context, '#241c1a', x, 345, 11, 14);
  context.strokeStyle = '#7c3a33';
  context.lineWidth = 8;
  context.lineCap = 'round';
  context.beginPath();
  context.arc(640, 395, 52, 0.2 * Math.PI, 0.8 * Math.PI);
  context.stroke();
}

function oval(context, colour, x, y, radiusX, radiusY) {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, radiusX, radiusY, 0, 0, 2 * Math.PI);
  context.fill();
}
