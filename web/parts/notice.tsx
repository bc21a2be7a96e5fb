import type { ComponentChildren } from 'preact';
import { explainError } from '../explain-error.ts';
import { Button } from './button.tsx';

export interface NoticeProps {
  /** `error` is read out at once, the others when there is a pause. Default `news`. */
  readonly kind?: 'news' | 'error' | 'success';
  readonly title?: string;
  readonly children?: ComponentChildren;
}

export function Notice({ kind = 'news', title, children }: NoticeProps) {
  return (
    <div class={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {title !== undefined && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}

/** What went wrong, in plain words; nothing without an error. */
export function ErrorNotice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => unknown }) {
  if (error === null || error === undefined) return null;
  const { title, text, canRetry, reference } = explainError(error);
  return (
    <Notice kind="error" title={title}>
      <p>{text}</p>
      {reference !== undefined && <p class="small soft">Reference: {reference}</p>}
      {canRetry && onRetry && (
        <p>
          <Button onClick={onRetry}>Try again</Button>
        </p>
      )}
    </Notice>
  );
}
