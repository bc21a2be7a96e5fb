import { createLocalMedia } from './create-local-media.ts';
import type { LocalMedia } from './local-media.ts';
import { browserDevices } from './media-devices.ts';
import { asMediaError, MediaError } from './media-error.ts';
import { publishableVideo } from './open-camera.ts';

/**
 * Asks the user for a screen, a window or a tab, with its sound where the browser offers that. In answer to a click only.
 *
 * @throws MediaError `cancelled` when none was chosen
 */
export async function openScreen(devices = browserDevices()): Promise<LocalMedia> {
  // Browsers on phones have no such thing.
  if (!('getDisplayMedia' in devices)) throw new MediaError('unsupported', 'This browser shares no screens');
  const { width, height, frameRate } = publishableVideo;
  const video = { width: { max: width.max }, height: { max: height.max }, frameRate };
  const stream = await devices.getDisplayMedia({ audio: true, video }).catch((error: unknown) => {
    throw asMediaError(error, 'cancelled');
  });
  return createLocalMedia('screen', stream, async () => {
    throw new MediaError('unsupported', 'Another screen is chosen by opening one');
  });
}
