import type { Capability, InviteRequest } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { Field, SelectField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';

type Rights = 'both' | 'audio' | 'video' | 'watch';

export function InviteForm({ onInvited }: { readonly onInvited: () => Promise<void> }) {
  const { api } = useSignedIn();
  const [userId, setUserId] = useState('');
  const [rights, setRights] = useState<string>('both');
  const [end, setEnd] = useState('');
  const inviting = useAction(async () => {
    await api.invite(userId.trim(), inviteRequest(rights, end));
    setUserId('');
    await onInvited();
  });
  return (
    <details>
      <summary>Invite somebody</summary>
      <ActionForm action={inviting} submit="Invite">
        <Field
          label="User id of the guest"
          hint="They find it under Settings, “Your link”. Inviting somebody again changes the invitation."
          value={userId}
          onValue={setUserId}
          input={{
            required: true,
            spellcheck: false,
            autocomplete: 'off',
            maxLength: 117,
            pattern: '\\s*[\\w\\-]+\\s*',
          }}
        />
        <SelectField label="On stage with" value={rights} options={RIGHTS} onValue={setRights} />
        <Field
          label="Ends at (optional)"
          hint="At least a minute ahead. Left empty: when you withdraw it."
          value={end}
          onValue={setEnd}
          input={{ type: 'datetime-local' }}
        />
        {inviting.state === 'done' && <Notice kind="success">Invited.</Notice>}
      </ActionForm>
    </details>
  );
}

const RIGHTS: readonly { readonly value: Rights; readonly text: string }[] = [
  { value: 'both', text: 'Camera and microphone' },
  { value: 'audio', text: 'Microphone only' },
  { value: 'video', text: 'Camera only' },
  { value: 'watch', text: 'Nothing: they may watch' },
];

const WATCHING: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

const CAPABILITIES: Readonly<Record<string, readonly Capability[]>> = {
  both: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', ...WATCHING],
  audio: ['PUBLISH_AUDIO', ...WATCHING],
  video: ['PUBLISH_VIDEO', ...WATCHING],
  watch: WATCHING,
};

/** `end`: local time, as the browser's field has it, or empty. */
function inviteRequest(rights: string, end: string): InviteRequest {
  const capabilities = CAPABILITIES[rights];
  return end === '' ? { capabilities } : { capabilities, expiresAt: new Date(end).toISOString() };
}
