import { type InputDevice, type LocalMedia, listDevices, type MediaKind, onDevicesChanged } from '@stagedoor/client';
import { useEffect, useState } from 'preact/hooks';
import { SelectField } from '../parts/field.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { trackOf } from './tiles.ts';

const labels = { video: 'Camera', audio: 'Microphone' } as const;

/** For media that is on: before, a browser does not tell the devices' names. */
export function DeviceMenus({ media }: { readonly media: LocalMedia }) {
  const { devices, error } = useDevices();
  const change = useAction((kind: MediaKind, deviceId: string) => media.useDevice(kind, deviceId));
  const kinds = (['video', 'audio'] as const).filter((kind) => trackOf(media, kind) !== null);
  return (
    <>
      <div class="device-menus">
        {kinds.map((kind) => (
          <SelectField
            key={kind}
            label={labels[kind]}
            value={trackOf(media, kind)?.getSettings().deviceId ?? ''}
            options={devices
              .filter((device) => device.kind === kind)
              .map(({ deviceId, label }) => ({ value: deviceId, text: label }))}
            isDisabled={change.isPending}
            onValue={(deviceId) => void change.run(kind, deviceId)}
          />
        ))}
      </div>
      <ErrorNotice error={change.error ?? error} />
    </>
  );
}

function useDevices(): { readonly devices: readonly InputDevice[]; readonly error: unknown } {
  const [devices, setDevices] = useState<readonly InputDevice[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    const readDevices = async () => {
      const found = await listDevices();
      if (!isGone) setDevices(found);
    };
    const read = () => void readDevices().catch(setError);
    read();
    const stopListening = onDevicesChanged(read);
    return () => {
      isGone = true;
      stopListening();
    };
  }, []);
  return { devices, error };
}
