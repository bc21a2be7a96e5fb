import type { ComponentChildren } from 'preact';
import { Brand } from './brand.tsx';
import { Button } from './parts/button.tsx';
import { directoryHref, myStageHref, type Route, settingsHref } from './route.ts';
import { useSignedIn } from './signed-in.ts';

interface ShellProps {
  readonly route: Route;
  readonly children: ComponentChildren;
}

/** What is around every view behind the sign-in. */
export function Shell({ route, children }: ShellProps) {
  return (
    <>
      <SkipLink />
      <header class="page-header">
        <div class="page-header-row">
          <a class="brand" href={directoryHref}>
            <Brand />
          </a>
          <nav class="page-nav" aria-label="Main">
            <NavLink href={directoryHref} text="Live now" isHere={route.name === 'directory'} />
            <NavLink href={myStageHref} text="My stage" isHere={route.name === 'my-stage'} />
            <NavLink href={settingsHref} text="Settings" isHere={route.name === 'settings'} />
          </nav>
          <User />
        </div>
      </header>
      {children}
    </>
  );
}

/** A button: a link to `#main` would be taken for a route. */
function SkipLink() {
  const skip = () => document.querySelector<HTMLElement>('main h1')?.focus();
  return (
    <button type="button" class="button button-primary skip-link" onClick={skip}>
      Skip to content
    </button>
  );
}

function NavLink({ href, text, isHere }: { readonly href: string; readonly text: string; readonly isHere: boolean }) {
  return (
    <a href={href} aria-current={isHere ? 'page' : undefined}>
      {text}
    </a>
  );
}

function User() {
  const { userName, signOut } = useSignedIn();
  return (
    <div class="page-user">
      <span class="page-user-name small soft" title={userName}>
        {userName}
      </span>
      <Button kind="quiet" onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
}
