import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { useAction } from '../parts/use-action.ts';
import { useSignedIn } from '../signed-in.ts';
import { Section } from './section.tsx';

const CONFIRMATION = 'delete';

export function DeleteSection() {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section title="Delete my data" intro={WHAT_GOES} isDangerous>
      <div>
        <Button kind="danger" onClick={() => setAsking(true)}>
          Delete my data…
        </Button>
      </div>
      {isAsking && <DeleteDialog onClose={() => setAsking(false)} />}
    </Section>
  );
}

const WHAT_GOES =
  'Deletes your stage with everybody on it, your guests and bans, and your profile. Your account stays: the next sign-in starts anew.';

function DeleteDialog({ onClose }: { readonly onClose: () => void }) {
  const { api, signOut } = useSignedIn();
  const [typed, setTyped] = useState('');
  const deleting = useAction(async () => {
    await api.deleteMe();
    signOut();
  });
  return (
    <Dialog title="Delete my data?" onClose={onClose}>
      <p>This cannot be undone. {WHAT_GOES} You are signed out then.</p>
      <ActionForm
        action={deleting}
        submit="Delete my data"
        kind="danger"
        isDisabled={typed.trim().toLowerCase() !== CONFIRMATION}
      >
        <Field
          label={`Type “${CONFIRMATION}” to confirm`}
          value={typed}
          onValue={setTyped}
          input={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: false }}
        />
      </ActionForm>
      <Button kind="quiet" onClick={onClose}>
        Keep my data
      </Button>
    </Dialog>
  );
}
