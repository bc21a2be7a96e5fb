import type { ComponentChildren } from 'preact';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';
import type { Action } from './use-action.ts';

export interface ActionFormProps {
  readonly action: Action<[]>;
  /** Text of the button. */
  readonly submit: string;
  /** Default `primary`. */
  readonly kind?: 'primary' | 'plain' | 'danger';
  readonly isWide?: boolean;
  readonly isDisabled?: boolean;
  readonly children?: ComponentChildren;
}

/** Fields that keep what was typed when the action fails, which is told below them. */
export function ActionForm({ action, submit, kind = 'primary', children, ...button }: ActionFormProps) {
  const send = (event: Event) => {
    event.preventDefault();
    if (button.isDisabled !== true) void action.run();
  };
  return (
    <form class="stack" onSubmit={send}>
      {children}
      <ErrorNotice error={action.error} />
      <div>
        <Button type="submit" kind={kind} isPending={action.isPending} {...button}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
