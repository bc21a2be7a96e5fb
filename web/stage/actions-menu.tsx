import { useEffect, useRef, useState } from 'preact/hooks';

export interface MenuAction {
  readonly text: string;
  readonly isDanger?: boolean;
  readonly onChoose: () => unknown;
}

export interface ActionsMenuProps {
  /** Of the button that opens it. */
  readonly label: string;
  readonly actions: readonly MenuAction[];
}

/** Closes by choosing, by Escape, and when the focus or a click goes elsewhere. */
export function ActionsMenu({ label, actions }: ActionsMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  useClosingFromOutside(menu, isOpen, () => setOpen(false));

  const close = () => {
    opener.current?.focus();
    setOpen(false);
  };
  const choose = (action: MenuAction) => {
    close();
    action.onChoose();
  };
  return (
    <div class="actions-menu" ref={menu}>
      <button
        type="button"
        class="button actions-menu-button"
        aria-label={label}
        aria-expanded={isOpen}
        ref={opener}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => event.key === 'Escape' && close()}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
          <circle cx="5" cy="12" r="2" />
          <circle cx="12" cy="12" r="2" />
          <circle cx="19" cy="12" r="2" />
        </svg>
      </button>
      {isOpen && (
        <div class="actions-menu-list">
          {actions.map((action) => (
            <button
              key={action.text}
              type="button"
              class={action.isDanger ? 'actions-menu-item actions-menu-danger' : 'actions-menu-item'}
              onClick={() => choose(action)}
              onKeyDown={(event) => event.key === 'Escape' && close()}
            >
              {action.text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function useClosingFromOutside(
  menu: { readonly current: HTMLElement | null },
  isOpen: boolean,
  close: () => void,
): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!isOpen) return;
    const closeUnlessInside = ({ target }: Event) => {
      if (!(target instanceof Node) || !menu.current?.contains(target)) latest.current();
    };
    document.addEventListener('pointerdown', closeUnlessInside);
    document.addEventListener('focusin', closeUnlessInside);
    return () => {
      document.removeEventListener('pointerdown', closeUnlessInside);
      document.removeEventListener('focusin', closeUnlessInside);
    };
  }, [menu, isOpen]);
}
