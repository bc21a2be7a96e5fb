import type { BrowserDevices } from '../../../client/media/media-devices.ts';

/** A track of nothing. `end` is what a browser does when the device goes away. */
export class FakeTrack extends EventTarget {
  readonly kind: string;
  readonly deviceId: string;
  enabled = true;
  readyState = 'live';

  constructor(kind: string, deviceId: string) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  end(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

class FakeStream {
  readonly #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[]) {
    this.#tracks = tracks;
  }

  getTracks = () => [...this.#tracks];
  addTrack = (track: FakeTrack) => this.#tracks.push(track);
  removeTrack = (track: FakeTrack) => this.#tracks.splice(this.#tracks.indexOf(track), 1);
}

type Device = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>;

/** A browser's devices. The next requests are refused with `refuseNext`, the next one is held back by `holdNext`. */
export function createFakeDevices(plugged: readonly Device[] = []) {
  const asked: unknown[] = [];
  const opened: FakeTrack[] = [];
  const events = new EventTarget();
  const refusals: Error[] = [];
  let held: Promise<void> | undefined;

  async function open(constraints: MediaStreamConstraints = {}): Promise<MediaStream> {
    asked.push(constraints);
    const [refusal, hold] = [refusals.shift(), held];
    held = undefined;
    await hold;
    if (refusal) throw refusal;
    const kinds = (['audio', 'video'] as const).filter((kind) => constraints[kind]);
    const tracks = kinds.map((kind) => new FakeTrack(kind, idOf(constraints[kind])));
    opened.push(...tracks);
    return new FakeStream(tracks) as unknown as MediaStream;
  }

  const devices: BrowserDevices = {
    getUserMedia: open,
    getDisplayMedia: open,
    enumerateDevices: async () => plugged as MediaDeviceInfo[],
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  };
  return {
    devices,
    /** The constraints of each request. */
    asked,
    /** All tracks that were opened, oldest first. */
    opened,
    plug: () => events.dispatchEvent(new Event('devicechange')),
    refuseNext: (...names: string[]) => {
      refusals.push(...names.map((name) => new DOMException('for the test', name)));
    },
    holdNext: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

function idOf(constraints: unknown): string {
  const { deviceId } = constraints as { deviceId?: { exact: string } };
  return deviceId?.exact ?? 'any';
}
