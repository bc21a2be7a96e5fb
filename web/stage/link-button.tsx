import type { UserId } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { watchLink } from '../route.ts';

export function CopyLinkButton({ ownerId }: { readonly ownerId: UserId }) {
  const { news, copy } = useCopying(watchLink(ownerId));
  return <LinkButton text="Copy watch link" news={news} onClick={copy} />;
}

/** By the device's own menu where there is one. */
export function ShareLinkButton({ ownerId, name }: { readonly ownerId: UserId; readonly name: string }) {
  const url = watchLink(ownerId);
  const { news, copy } = useCopying(url);
  const share = async () => {
    try {
      if ('share' in navigator) await navigator.share({ title: `${name} on Stagedoor`, url });
      else await copy();
    } catch (error) {
      // The menu was closed: that is no failure.
      if (!(error instanceof DOMException) || error.name !== 'AbortError') await copy();
    }
  };
  return <LinkButton text="Share link" news={news} onClick={share} />;
}

interface LinkButtonProps {
  readonly text: string;
  readonly news: string;
  readonly onClick: () => unknown;
}

function LinkButton({ text, news, onClick }: LinkButtonProps) {
  return (
    <div class="link-button">
      <Button onClick={onClick}>{text}</Button>
      <span class="small soft" aria-live="polite">
        {news}
      </span>
    </div>
  );
}

function useCopying(url: string): { readonly news: string; readonly copy: () => Promise<void> } {
  const [news, setNews] = useState('');
  const copy = () =>
    navigator.clipboard.writeText(url).then(
      () => setNews('Link copied'),
      () => setNews(`Copy it by hand: ${url}`),
    );
  return { news, copy };
}
