import type { MediaKind, StageSession } from '@stagedoor/client';

export function publishableKinds({ capabilities }: StageSession): readonly MediaKind[] {
  const kinds: MediaKind[] = [];
  if (capabilities.includes('PUBLISH_VIDEO')) kinds.push('video');
  if (capabilities.includes('PUBLISH_AUDIO')) kinds.push('audio');
  return kinds;
}
