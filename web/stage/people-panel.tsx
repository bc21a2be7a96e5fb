import type { StageParticipant, UserId } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { Avatar } from '../parts/avatar.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';
import { ActionsMenu, type MenuAction } from './actions-menu.tsx';
import type { Person } from './people.ts';
import { usePeople } from './use-people.ts';

export interface PeoplePanelProps {
  readonly ownerId: UserId;
  /** Of the session; none before it is live. */
  readonly onStage: readonly StageParticipant[];
}

/** For the stage's owner and moderators: who is there, and what to do about them. */
export function PeoplePanel({ ownerId, onStage }: PeoplePanelProps) {
  const { api } = useSignedIn();
  const { people, hasMore, error, refresh } = usePeople(ownerId, onStage);
  const [toBan, setToBan] = useState<Person | null>(null);
  const act = useAction(async (change: () => Promise<unknown>) => {
    await change();
    refresh();
  });
  const kick = (person: Person) => () => Promise.all(person.participantIds.map((id) => api.kick(ownerId, id)));
  const actionsFor = (person: Person) => {
    // Nobody puts out the host.
    if (person.userId === ownerId) return [];
    const actions: MenuAction[] = [{ text: 'Kick', isDanger: true, onChoose: () => act.run(kick(person)) }];
    if (person.userId === '') return actions;
    return [...actions, { text: 'Ban', isDanger: true, onChoose: () => setToBan(person) }];
  };
  return (
    <section class="card people" aria-label="People on the stage">
      <h2>
        People on the stage <span class="soft">{people.length}</span>
      </h2>
      <ErrorNotice error={act.error} />
      <ErrorNotice error={error} />
      {people.length === 0 ? (
        <p class="soft">Nobody else is here yet.</p>
      ) : (
        <ul class="people-list">
          {people.map((person) => (
            <PersonRow key={person.key} person={person} ownerId={ownerId} actions={actionsFor(person)} run={act.run} />
          ))}
        </ul>
      )}
      {hasMore && <p class="small soft">There are more people than this list shows.</p>}
      {toBan && (
        <BanDialog
          person={toBan}
          onClose={() => setToBan(null)}
          onBan={() => void act.run(() => api.ban(ownerId, toBan.userId))}
        />
      )}
    </section>
  );
}

interface PersonRowProps {
  readonly person: Person;
  readonly ownerId: UserId;
  readonly actions: readonly MenuAction[];
  readonly run: (change: () => Promise<unknown>) => Promise<boolean>;
}

function PersonRow({ person, ownerId, actions, run }: PersonRowProps) {
  const { api, userId } = useSignedIn();
  const mayInvite = ownerId === userId && person.userId !== '';
  const invitation: MenuAction = person.isInvited
    ? { text: 'Take off the stage', onChoose: () => run(() => api.withdrawInvitation(person.userId)) }
    : { text: 'Invite on stage', onChoose: () => run(() => api.invite(person.userId)) };
  return (
    <li class="person" aria-label={person.name}>
      <Avatar name={person.name} />
      <span class="person-text">
        <span class="person-name">{person.name}</span>
        <span class="small soft">{describe(person, ownerId)}</span>
      </span>
      {actions.length > 0 && (
        <ActionsMenu label={`Actions for ${person.name}`} actions={mayInvite ? [invitation, ...actions] : actions} />
      )}
    </li>
  );
}

function describe(person: Person, ownerId: UserId): string {
  const role = roleWord(person, ownerId);
  if (!person.isPublishing) return role;
  return `${role}, on stage${person.audioMuted ? ', muted' : ''}`;
}

function roleWord({ userId, role, isInvited, isPublishing }: Person, ownerId: UserId): string {
  if (userId === ownerId) return 'Host';
  if (role === 'moderator') return 'Moderator';
  if (role === 'guest' || isInvited || isPublishing) return 'Guest';
  return 'Viewer';
}

interface BanDialogProps {
  readonly person: Person;
  readonly onClose: () => void;
  readonly onBan: () => void;
}

function BanDialog({ person, onClose, onBan }: BanDialogProps) {
  const ban = () => {
    onClose();
    onBan();
  };
  return (
    <Dialog title={`Ban ${person.name}?`} onClose={onClose}>
      <p>They are put out at once and cannot come back to this stage. The ban can be lifted later.</p>
      <div class="row">
        <Button kind="danger" onClick={ban}>
          Ban
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </Dialog>
  );
}
