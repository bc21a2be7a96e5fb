import type { EndReason } from '../transport.ts';

export interface ToldParticipant {
  readonly participantId: string;
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capabilities: readonly ('publish' | 'subscribe')[];
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
}

export interface Welcome {
  readonly type: 'welcome';
  readonly participantId: string;
  /** Oneself too. */
  readonly participants: readonly (ToldParticipant & { readonly publishing: boolean })[];
}

export type ParticipantNews = ToldParticipant & {
  readonly type: 'joined' | 'left' | 'published' | 'unpublished' | 'muted' | 'metadata-changed';
};

export type PresenceEvent =
  | Welcome
  | ParticipantNews
  | { readonly type: 'republish' }
  | { readonly type: 'ended'; readonly reason: EndReason };

/** Reads the emulator's server-sent events. An `EventSource` cannot send a token. */
export async function* readPresenceEvents(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<PresenceEvent, undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done = true } = (await reader?.read()) ?? {};
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, type, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
      yield { type, ...JSON.parse(data) } as PresenceEvent;
    }
  }
}
