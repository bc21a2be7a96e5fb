import type { ComponentChildren } from 'preact';
import { Spinner } from './spinner.tsx';

export interface ButtonProps {
  /** `primary`: the one thing to do here. Default `plain`. */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  /** Default `button`. */
  readonly type?: 'button' | 'submit';
  /** It works: shown with a spinner, and clicks do nothing. The button keeps the focus. */
  readonly isPending?: boolean;
  readonly isDisabled?: boolean;
  /** Of a switch: whether it is on. */
  readonly isPressed?: boolean;
  readonly isWide?: boolean;
  /** When the visible text does not say enough by itself; starts with that text. */
  readonly label?: string;
  readonly onClick?: () => unknown;
  readonly children: ComponentChildren;
}

export function Button({ kind = 'plain', type = 'button', ...props }: ButtonProps) {
  const isIdle = props.isPending === true || props.isDisabled === true;
  const press = (event: Event) => {
    // aria-disabled instead of disabled: a disabled button would lose the focus.
    if (isIdle) event.preventDefault();
    else props.onClick?.();
  };
  return (
    <button
      type={type === 'submit' ? 'submit' : 'button'}
      class={['button', `button-${kind}`, props.isWide && 'button-wide'].filter(Boolean).join(' ')}
      aria-disabled={isIdle ? 'true' : undefined}
      aria-pressed={props.isPressed}
      aria-label={props.label}
      onClick={press}
    >
      {props.isPending && <Spinner />}
      {props.children}
    </button>
  );
}
