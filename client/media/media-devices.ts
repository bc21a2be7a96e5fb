import type { MediaKind } from '../transport/transport.ts';
import { asMediaError, MediaError } from './media-error.ts';

/** Of the browser's `MediaDevices`, what is used here. */
export type BrowserDevices = Pick<
  MediaDevices,
  'getUserMedia' | 'getDisplayMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'
>;

/** A camera (`video`) or a microphone (`audio`). */
export interface InputDevice {
  readonly kind: MediaKind;
  /** Empty until the user has allowed to use such a device. */
  readonly deviceId: string;
  /** Its name, or `Camera 1` until the user has allowed to use such a device. */
  readonly label: string;
}

/** @throws MediaError */
export async function listDevices(devices = browserDevices()): Promise<readonly InputDevice[]> {
  const all = await devices.enumerateDevices().catch((error: unknown) => {
    throw asMediaError(error);
  });
  return [...nameDevices(all, 'video'), ...nameDevices(all, 'audio')];
}

/** Calls when a device was plugged in or out. Answers how not to be called any more. */
export function onDevicesChanged(listener: () => void, devices = browserDevices()): () => void {
  devices.addEventListener('devicechange', listener);
  return () => devices.removeEventListener('devicechange', listener);
}

/** There are none on a page that was not loaded by HTTPS, but for those of the machine itself. */
export function browserDevices(): BrowserDevices {
  const devices = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
  if (devices === undefined) throw new MediaError('unsupported', 'Devices are for pages loaded by HTTPS, in a browser');
  return devices;
}

function nameDevices(all: readonly MediaDeviceInfo[], kind: MediaKind): InputDevice[] {
  const ofKind = all.filter((device) => device.kind === `${kind}input`);
  const name = kind === 'video' ? 'Camera' : 'Microphone';
  return ofKind.map(({ deviceId, label }, index) => ({ kind, deviceId, label: label || `${name} ${index + 1}` }));
}
