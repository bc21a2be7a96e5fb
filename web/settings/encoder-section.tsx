import type { Ingest, OpenedIngest } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { CopyField } from '../parts/copy-field.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { useAction } from '../parts/use-action.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { useSignedIn } from '../signed-in.ts';
import { OpenEncoderForm } from './open-encoder-form.tsx';
import { Section } from './section.tsx';

export function EncoderSection() {
  const { api } = useSignedIn();
  const ingests = useLoaded((signal) => api.listIngests({ signal }));
  const [opened, setOpened] = useState<OpenedIngest | null>(null);
  const show = async (ingest: OpenedIngest | null) => {
    setOpened(ingest);
    await ingests.reload();
  };
  const [ingest] = ingests.value?.ingests ?? [];
  return (
    <Section title="Broadcast with OBS or another encoder" intro="An encoder goes live on your stage by RTMP, as you.">
      <ErrorNotice error={ingests.error} onRetry={ingests.reload} />
      {ingests.value === undefined && ingests.error === null && <Loading what="Loading…" />}
      {ingest !== undefined && (
        <IngestDetails ingest={ingest} streamKey={keyOf(ingest, opened)} onClosed={() => show(null)} />
      )}
      {ingests.value !== undefined && ingest === undefined && <OpenEncoderForm onOpened={show} />}
    </Section>
  );
}

function keyOf({ ingestId }: Ingest, opened: OpenedIngest | null): string | null {
  return opened?.ingestId === ingestId ? opened.streamKey : null;
}

interface IngestDetailsProps {
  readonly ingest: Ingest;
  /** Null: it was shown already, and nobody has kept it. */
  readonly streamKey: string | null;
  readonly onClosed: () => Promise<void>;
}

function IngestDetails({ ingest, streamKey, onClosed }: IngestDetailsProps) {
  const { api } = useSignedIn();
  const closing = useAction(async () => {
    await api.closeIngest(ingest.ingestId);
    await onClosed();
  });
  return (
    <>
      <CopyField label={`Server (${ingest.protocol})`} value={ingest.server} />
      {streamKey === null ? (
        <p class="soft">
          The stream key was shown once and is kept nowhere. If you have lost it, delete this address and open another.
        </p>
      ) : (
        <>
          <Notice title="Copy the stream key now">
            <p>It is shown this once. Whoever has it can broadcast as you: keep it like a password.</p>
          </Notice>
          <CopyField label="Stream key" value={streamKey} isSecret />
        </>
      )}
      <EncoderRules />
      <div>
        <Button kind="danger" isPending={closing.isPending} onClick={closing.run}>
          Delete this address
        </Button>
      </div>
      <p class="field-hint">Deleting it ends its broadcast at once.</p>
      <ErrorNotice error={closing.error} />
    </>
  );
}

function EncoderRules() {
  return (
    <details>
      <summary>Settings of the encoder</summary>
      <dl class="facts">
        <dt>Video</dt>
        <dd>H.264 without B-frames, keyframe every 1 to 2 s, at most 720p and 8.5 Mbps</dd>
        <dt>Audio</dt>
        <dd>AAC-LC, at most 160 kbps. Video alone is not taken</dd>
        <dt>In OBS</dt>
        <dd>Settings, Stream, Service “Custom…”; x264 with the profile baseline, tune zerolatency and bframes=0</dd>
      </dl>
    </details>
  );
}
