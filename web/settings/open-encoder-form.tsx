import type { IngestProtocol, OpenedIngest } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';

export function OpenEncoderForm({ onOpened }: { readonly onOpened: (ingest: OpenedIngest) => Promise<void> }) {
  const { api } = useSignedIn();
  const [protocol, setProtocol] = useState<IngestProtocol>('RTMPS');
  const opening = useAction(async () => {
    // The stage may have been removed since it was last used.
    await api.openMyStage();
    await onOpened(await api.openIngest({ protocol }));
  });
  return (
    <ActionForm action={opening} submit="Get an address and a stream key">
      <fieldset class="choices">
        <legend>Protocol</legend>
        {PROTOCOLS.map(({ value, hint }) => (
          <label key={value} class="choice">
            <input
              type="radio"
              name="protocol"
              value={value}
              checked={protocol === value}
              onChange={() => setProtocol(value)}
            />
            <span>{value}</span>
            <span class="field-hint">{hint}</span>
          </label>
        ))}
      </fieldset>
    </ActionForm>
  );
}

const PROTOCOLS: readonly { readonly value: IngestProtocol; readonly hint: string }[] = [
  { value: 'RTMPS', hint: 'Encrypted. What most encoders can do.' },
  { value: 'RTMP', hint: 'Not encrypted: others on the way can read the key and the picture.' },
];
