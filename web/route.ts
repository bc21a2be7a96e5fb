import { useEffect, useState } from 'preact/hooks';

/** In the hash, so that any host of static files will do. */
export type Route =
  | { readonly name: 'directory' }
  | { readonly name: 'my-stage' }
  | { readonly name: 'settings' }
  | { readonly name: 'watch'; readonly ownerId: string }
  | { readonly name: 'unknown' };

export const directoryHref = '#/';
export const myStageHref = '#/me';
export const settingsHref = '#/me/settings';

export function watchHref(ownerId: string): string {
  return `#/stages/${encodeURIComponent(ownerId)}`;
}

/** The whole address, to be handed to others. */
export function watchLink(ownerId: string): string {
  return new URL(watchHref(ownerId), location.href).href;
}

export function readRoute(hash: string): Route {
  if (hash === '' || hash === '#' || hash === directoryHref) return { name: 'directory' };
  if (hash === myStageHref) return { name: 'my-stage' };
  if (hash === settingsHref) return { name: 'settings' };
  // As the API has them: nothing that would need decoding.
  const ownerId = /^#\/stages\/([\w-]{1,117})$/.exec(hash)?.[1];
  return ownerId === undefined ? { name: 'unknown' } : { name: 'watch', ownerId };
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return readRoute(hash);
}
