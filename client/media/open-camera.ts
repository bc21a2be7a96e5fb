import type { MediaKind } from '../transport/transport.ts';
import { createLocalMedia } from './create-local-media.ts';
import type { LocalMedia } from './local-media.ts';
import { browserDevices } from './media-devices.ts';
import { asMediaError, MediaError } from './media-error.ts';

export interface OpenCameraOptions {
  /** The id of one, or whether to open any. Default true. */
  readonly camera?: string | boolean;
  /** The id of one, or whether to open any. Default true. */
  readonly microphone?: string | boolean;
}

/** IVS takes at most 921,600 pixels: of more, publishing starts and fails again and again. */
export const publishableVideo = {
  width: { ideal: 1280, max: 1280 },
  height: { ideal: 720, max: 720 },
  frameRate: { ideal: 30, max: 30 },
} satisfies MediaTrackConstraints;

/**
 * Opens camera and microphone. If one of them cannot be opened, neither is: ask for the other one alone then.
 *
 * @throws MediaError
 */
export async function openCamera(
  { camera = true, microphone = true }: OpenCameraOptions = {},
  devices = browserDevices(),
): Promise<LocalMedia> {
  if (camera === false && microphone === false) throw new MediaError('no-device', 'Neither is asked for');
  const video = camera !== false && constraintsOf('video', camera);
  const audio = microphone !== false && constraintsOf('audio', microphone);
  return createLocalMedia('camera', await open({ audio, video }), async (kind, deviceId) => {
    const [track] = (await open({ [kind]: constraintsOf(kind, deviceId) })).getTracks();
    if (track === undefined) throw new MediaError('no-device', 'The browser opened nothing');
    return track;
  });

  async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return devices.getUserMedia(constraints).catch((error: unknown) => {
      throw asMediaError(error);
    });
  }
}

/** The id of a device is empty until the user has allowed to use such devices. */
function constraintsOf(kind: MediaKind, device: string | true): MediaTrackConstraints {
  const chosen = typeof device === 'string' && device !== '' ? { deviceId: { exact: device } } : {};
  return kind === 'video' ? { ...publishableVideo, ...chosen } : chosen;
}
