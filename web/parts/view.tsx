import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface ViewProps {
  /** Heading, and title of the document. */
  readonly title: string;
  readonly intro?: ComponentChildren;
  /** As wide as text is read well, or a form is filled in well. Default: the whole page. */
  readonly width?: 'text' | 'form';
  readonly children: ComponentChildren;
}

/** The main part of the page. One that comes in place of another takes the focus to its heading. */
export function View({ title, intro, width, children }: ViewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Stagedoor`;
  }, [title]);
  useEffect(() => {
    // Not when the page is opened: nobody has lost their place then.
    if (hasShownView) heading.current?.focus({ preventScroll: true });
    if (hasShownView) window.scrollTo(0, 0);
    hasShownView = true;
  }, []);
  return (
    <main id="main" class={width === undefined ? 'page-main' : `page-main page-main-${width}`}>
      <div class="view-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {intro !== undefined && <p class="view-intro">{intro}</p>}
      </div>
      {children}
    </main>
  );
}

let hasShownView = false;
