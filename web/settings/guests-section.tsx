import type { Guest } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';
import { describeEnd } from './describe-end.ts';
import { InviteForm } from './invite-form.tsx';
import { Section } from './section.tsx';
import { useAllPages } from './use-all-pages.ts';

export function GuestsSection() {
  const { api } = useSignedIn();
  const guests = useAllPages<Guest>(async (cursor, signal) => {
    const page = await api.listGuests({ cursor, signal });
    return { items: page.guests, cursor: page.cursor };
  });
  return (
    <Section title="Guests" intro="Guests may go on your stage with you, also when it is not public.">
      <ErrorNotice error={guests.error} onRetry={guests.reload} />
      {guests.value === undefined && guests.error === null && <Loading what="Loading guests…" />}
      {guests.value?.length === 0 && <p class="soft">You have not invited anybody yet.</p>}
      {guests.value !== undefined && guests.value.length > 0 && (
        <ul class="list">
          {guests.value.map((guest) => (
            <GuestRow key={guest.userId} guest={guest} onWithdrawn={guests.reload} />
          ))}
        </ul>
      )}
      <InviteForm onInvited={guests.reload} />
    </Section>
  );
}

function GuestRow({ guest, onWithdrawn }: { readonly guest: Guest; readonly onWithdrawn: () => Promise<void> }) {
  const { api } = useSignedIn();
  const withdrawing = useAction(async () => {
    await api.withdrawInvitation(guest.userId);
    await onWithdrawn();
  });
  return (
    <li>
      <div>
        <p class="user-id">{guest.userId}</p>
        <p class="small soft">
          {describeRights(guest)} · {describeEnd(guest.expiresAt)}
        </p>
      </div>
      <Button
        kind="danger"
        label={`Withdraw the invitation of ${guest.userId}`}
        isPending={withdrawing.isPending}
        onClick={withdrawing.run}
      >
        Withdraw
      </Button>
      <ErrorNotice error={withdrawing.error} />
    </li>
  );
}

function describeRights({ capabilities }: Guest): string {
  const hasAudio = capabilities.includes('PUBLISH_AUDIO');
  const hasVideo = capabilities.includes('PUBLISH_VIDEO');
  if (hasAudio && hasVideo) return 'Camera and microphone';
  if (hasVideo) return 'Camera only';
  return hasAudio ? 'Microphone only' : 'Watching only';
}
