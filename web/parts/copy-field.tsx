import { useId, useState } from 'preact/hooks';
import { Button } from './button.tsx';

export interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  /** Covered until somebody asks to see it. Default false. */
  readonly isSecret?: boolean;
}

/** A value to be taken elsewhere. */
export function CopyField({ label, value, isSecret = false }: CopyFieldProps) {
  const id = useId();
  const [isShown, setShown] = useState(!isSecret);
  const [news, setNews] = useState('');
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setNews('Copied'),
      () => setNews('The browser did not allow copying. Select the text and copy it by hand.'),
    );
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="copy-field-row">
        <input
          class="input input-code"
          id={id}
          {...(isShown ? SHOWN : COVERED)}
          value={value}
          readOnly
          autocomplete="off"
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        {isSecret && (
          <Button isPressed={isShown} label={`Show ${label}`} onClick={() => setShown(!isShown)}>
            Show
          </Button>
        )}
        <Button label={`Copy ${label}`} onClick={copy}>
          Copy
        </Button>
      </div>
      <p class="field-hint" role="status">
        {news}
      </p>
    </div>
  );
}

const SHOWN = { type: 'text' } as const;
const COVERED = { type: 'password' } as const;
