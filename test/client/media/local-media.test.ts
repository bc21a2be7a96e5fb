import { describe, expect, it } from '@jest/globals';
import { listDevices, onDevicesChanged } from '../../../client/media/media-devices.ts';
import { openCamera } from '../../../client/media/open-camera.ts';
import { openScreen } from '../../../client/media/open-screen.ts';
import { createFakeDevices, type FakeTrack } from './fake-devices.ts';

async function runCamera(options: Parameters<typeof openCamera>[0] = {}) {
  const fake = createFakeDevices();
  const media = await openCamera(options, fake.devices);
  const heard: string[] = [];
  media.on('changed', () => heard.push('changed'));
  media.on('stopped', () => heard.push('stopped'));
  const tracks = () => (media.tracks as unknown as FakeTrack[]).map(({ kind, deviceId }) => `${kind} ${deviceId}`);
  const [microphone, camera] = fake.opened;
  if (!microphone || !camera) throw new Error('nothing was opened');
  return { ...fake, media, heard, tracks, microphone, camera };
}

const isLive = ({ readyState }: FakeTrack) => readyState === 'live';

describe('camera and microphone', () => {
  it('are asked for no more than IVS takes', async () => {
    const { asked } = await runCamera({ microphone: 'mic-2' });
    const video = {
      width: { ideal: 1280, max: 1280 },
      height: { ideal: 720, max: 720 },
      frameRate: { ideal: 30, max: 30 },
    };
    expect(asked).toEqual([{ video, audio: { deviceId: { exact: 'mic-2' } } }]);
  });

  it('can be had one without the other, and of no certain id', async () => {
    const { devices, asked } = createFakeDevices();
    await openCamera({ camera: false, microphone: '' }, devices);
    await openCamera({ camera: true, microphone: false }, devices);
    expect(asked).toEqual([
      { video: false, audio: {} },
      { audio: false, video: expect.objectContaining({ width: { ideal: 1280, max: 1280 } }) },
    ]);
    await expect(openCamera({ camera: false, microphone: false }, devices)).rejects.toMatchObject({
      code: 'no-device',
    });
  });

  it.each([
    ['NotAllowedError', 'permission-refused'],
    ['SecurityError', 'permission-refused'],
    ['NotFoundError', 'no-device'],
    ['OverconstrainedError', 'no-device'],
    ['NotReadableError', 'device-busy'],
    ['AbortError', 'device-busy'],
    ['TypeError', 'unsupported'],
  ])('that fail with %s are %s', async (name, code) => {
    const { devices, refuseNext } = createFakeDevices();
    refuseNext(name);
    await expect(openCamera({}, devices)).rejects.toMatchObject({ name: 'MediaError', code });
  });

  it('are unsupported where there are none', async () => {
    await expect(openCamera()).rejects.toMatchObject({ name: 'MediaError', code: 'unsupported' });
  });
});

describe('stopping one kind', () => {
  it('turns its device off for good, and is told', async () => {
    const { media, camera, microphone, tracks, heard } = await runCamera();
    media.stopKind('video');
    media.stopKind('video');
    expect(tracks()).toEqual(['audio any']);
    expect([camera, microphone].map(isLive)).toEqual([false, true]);
    expect(heard).toEqual(['changed']);
    await media.useDevice('video', 'cam-2');
    expect(tracks()).toEqual(['audio any', 'video cam-2']);
  });

  it('does not keep another device of it from coming that was on its way, and that is told', async () => {
    const { media, tracks, heard, holdNext } = await runCamera();
    const release = holdNext();
    const change = media.useDevice('video', 'cam-2');
    await Promise.resolve();
    media.stopKind('video');
    expect(tracks()).toEqual(['audio any']);
    release();
    await change;
    expect(tracks()).toEqual(['audio any', 'video cam-2']);
    expect(heard).toEqual(['changed', 'changed']);
  });

  it('stops the media with its last kind', async () => {
    const { media, heard } = await runCamera();
    media.stopKind('video');
    media.stopKind('audio');
    expect(media.isStopped).toBe(true);
    expect(heard).toEqual(['changed', 'stopped']);
  });
});

describe('muting', () => {
  it('keeps the device open, and is told once', async () => {
    const { media, camera, heard } = await runCamera();
    media.setMuted('video', true);
    media.setMuted('video', true);
    expect(camera).toMatchObject({ enabled: false, readyState: 'live' });
    expect([media.isMuted('video'), media.isMuted('audio')]).toEqual([true, false]);
    media.setMuted('video', false);
    expect(camera.enabled).toBe(true);
    expect(heard).toEqual(['changed', 'changed']);
  });

  it('carries over to another device', async () => {
    const { media, opened } = await runCamera();
    media.setMuted('audio', true);
    await media.useDevice('audio', 'mic-2');
    expect(opened.at(-1)).toMatchObject({ deviceId: 'mic-2', enabled: false });
  });
});

describe('another device', () => {
  it('is opened before the present one is stopped', async () => {
    const { media, camera, tracks, holdNext, heard } = await runCamera();
    const { stream } = media;
    const open = holdNext();
    const changed = media.useDevice('video', 'camera-2');
    expect(isLive(camera)).toBe(true);
    open();
    await changed;
    expect(isLive(camera)).toBe(false);
    expect(tracks()).toEqual(['audio any', 'video camera-2']);
    expect(media.stream).toBe(stream);
    expect(heard).toEqual(['changed']);
  });

  it('that cannot be opened leaves the present one', async () => {
    const { media, camera, tracks, refuseNext } = await runCamera();
    refuseNext('OverconstrainedError');
    await expect(media.useDevice('video', 'camera-2')).rejects.toMatchObject({ code: 'no-device' });
    expect(isLive(camera)).toBe(true);
    expect(tracks()).toEqual(['audio any', 'video any']);
  });

  it('is opened alone on phones, which open one camera at a time', async () => {
    const { media, camera, tracks, refuseNext, heard } = await runCamera();
    refuseNext('NotReadableError');
    await media.useDevice('video', 'camera-2');
    expect(isLive(camera)).toBe(false);
    expect(tracks()).toEqual(['audio any', 'video camera-2']);
    expect(heard).toEqual(['changed']);
  });

  it('that cannot be opened alone either gives way to the present one again', async () => {
    const { media, opened, tracks, refuseNext, heard } = await runCamera({ camera: 'camera-1' });
    refuseNext('NotReadableError', 'NotReadableError');
    await expect(media.useDevice('video', 'camera-2')).rejects.toMatchObject({ code: 'device-busy' });
    expect(tracks()).toEqual(['audio any', 'video camera-1']);
    expect(opened.filter(isLive)).toHaveLength(2);
    expect(heard).toEqual(['changed']);
  });

  it('that is gone with the present one, too, leaves the rest', async () => {
    const { media, tracks, refuseNext, heard } = await runCamera();
    refuseNext('NotReadableError', 'NotReadableError', 'NotFoundError');
    await expect(media.useDevice('video', 'camera-2')).rejects.toMatchObject({ code: 'no-device' });
    expect(tracks()).toEqual(['audio any']);
    expect(heard).toEqual(['changed']);
  });

  it('may end the present one while it opens', async () => {
    const { devices, opened, holdNext } = createFakeDevices();
    const media = await openCamera({ microphone: false }, devices);
    const open = holdNext();
    const changed = media.useDevice('video', 'camera-2');
    await Promise.resolve();
    opened[0]?.end();
    expect(media.isStopped).toBe(false);
    open();
    await changed;
    expect(media.tracks).toHaveLength(1);
  });

  it('that was chosen last is the one that stays, whichever opens first', async () => {
    const { media, tracks, holdNext, opened } = await runCamera();
    const open = holdNext();
    const changes = [media.useDevice('video', 'camera-2'), media.useDevice('video', 'camera-3')];
    open();
    await Promise.all(changes);
    expect(tracks()).toEqual(['audio any', 'video camera-3']);
    expect(opened.filter(isLive)).toHaveLength(2);
  });

  it('that opens after the stop is closed again', async () => {
    const { media, opened, holdNext } = await runCamera();
    const open = holdNext();
    const changed = media.useDevice('video', 'camera-2');
    await Promise.resolve();
    media.stop();
    open();
    await expect(changed).rejects.toMatchObject({ code: 'cancelled' });
    expect(opened.filter(isLive)).toEqual([]);
  });
});

describe('the end of media', () => {
  it('comes by itself with the last track', async () => {
    const { media, heard, tracks, camera, microphone } = await runCamera();
    camera.end();
    expect({ heard: [...heard], tracks: tracks() }).toEqual({ heard: ['changed'], tracks: ['audio any'] });
    microphone.end();
    expect(heard).toEqual(['changed', 'stopped']);
    expect(media.isStopped).toBe(true);
  });

  it('is told once when it is asked for, and lets listeners go', async () => {
    const { media, heard, opened } = await runCamera();
    media.stop();
    media.stop();
    media.setMuted('audio', true);
    expect(heard).toEqual(['stopped']);
    expect(opened.filter(isLive)).toEqual([]);
    expect(media.tracks).toEqual([]);
  });

  it('does not come with a track that was replaced', async () => {
    const { media, heard, camera } = await runCamera();
    await media.useDevice('video', 'camera-2');
    camera.end();
    expect(heard).toEqual(['changed']);
    expect(media.tracks).toHaveLength(2);
  });

  it('is not told to those who do not listen any more', async () => {
    const { devices } = createFakeDevices();
    const media = await openCamera({}, devices);
    let told = 0;
    media.on('stopped', () => told++)();
    media.stop();
    expect(told).toBe(0);
  });
});

describe('a screen', () => {
  it('is scaled to what IVS takes, and ends by the button of the browser', async () => {
    const { devices, asked, opened } = createFakeDevices();
    const media = await openScreen(devices);
    expect(asked).toMatchObject([{ video: { width: { max: 1280 }, height: { max: 720 } }, audio: true }]);
    expect(media.source).toBe('screen');
    for (const track of opened) track.end();
    expect(media.isStopped).toBe(true);
  });

  it.each([
    ['NotAllowedError', 'cancelled'],
    ['InvalidStateError', 'permission-refused'],
  ])('that fails with %s is %s', async (name, code) => {
    const { devices, refuseNext } = createFakeDevices();
    refuseNext(name);
    await expect(openScreen(devices)).rejects.toMatchObject({ code });
  });

  it('is unsupported on phones, and not to be changed for a device', async () => {
    const { devices } = createFakeDevices();
    const { getDisplayMedia: _none, ...phone } = devices;
    await expect(openScreen(phone as typeof devices)).rejects.toMatchObject({ code: 'unsupported' });
    const media = await openScreen(devices);
    await expect(media.useDevice('video', 'camera-2')).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('the list of devices', () => {
  it('numbers those without a name, and leaves out speakers', async () => {
    const { devices } = createFakeDevices([
      { kind: 'audioinput', deviceId: '', label: '' },
      { kind: 'videoinput', deviceId: 'a', label: 'Front camera' },
      { kind: 'videoinput', deviceId: 'b', label: '' },
      { kind: 'audiooutput', deviceId: 'c', label: 'Speaker' },
    ]);
    expect(await listDevices(devices)).toEqual([
      { kind: 'video', deviceId: 'a', label: 'Front camera' },
      { kind: 'video', deviceId: 'b', label: 'Camera 2' },
      { kind: 'audio', deviceId: '', label: 'Microphone 1' },
    ]);
  });

  it('is told to have changed until nobody wants to hear it', () => {
    const { devices, plug } = createFakeDevices();
    let told = 0;
    const stopListening = onDevicesChanged(() => told++, devices);
    plug();
    stopListening();
    plug();
    expect(told).toBe(1);
  });
});
