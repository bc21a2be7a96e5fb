import type { Ban } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';
import { describeEnd } from './describe-end.ts';
import { Section } from './section.tsx';
import { useAllPages } from './use-all-pages.ts';

export function BansSection() {
  const { api, userId } = useSignedIn();
  const bans = useAllPages<Ban>(async (cursor, signal) => {
    const page = await api.listBans(userId, { cursor, signal });
    return { items: page.bans, cursor: page.cursor };
  });
  return (
    <Section title="Bans" intro="Whom you keep off your stage. You ban people from the list of who is there.">
      <ErrorNotice error={bans.error} onRetry={bans.reload} />
      {bans.value === undefined && bans.error === null && <Loading what="Loading bans…" />}
      {bans.value?.length === 0 && <p class="soft">Nobody is banned.</p>}
      {bans.value !== undefined && bans.value.length > 0 && (
        <ul class="list">
          {bans.value.map((ban) => (
            <BanRow key={ban.userId} ban={ban} onLifted={bans.reload} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function BanRow({ ban, onLifted }: { readonly ban: Ban; readonly onLifted: () => Promise<void> }) {
  const { api, userId } = useSignedIn();
  const lifting = useAction(async () => {
    await api.liftBan(userId, ban.userId);
    await onLifted();
  });
  return (
    <li>
      <div>
        <p class="user-id">{ban.userId}</p>
        <p class="small soft">Banned {describeEnd(ban.expiresAt)}</p>
      </div>
      <Button label={`Lift the ban of ${ban.userId}`} isPending={lifting.isPending} onClick={lifting.run}>
        Lift the ban
      </Button>
      <ErrorNotice error={lifting.error} />
    </li>
  );
}
