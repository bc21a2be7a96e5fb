import type { LocalMedia } from '../media/local-media.ts';
import type { StageSession } from './stage-session.ts';

interface ScreenSession extends StageSession {
  readonly participantId: string | null;
}

/** The one screen that a session shares, in a session of its own. */
export class ScreenShare {
  #session: ScreenSession | null = null;

  /** Whom not to receive: one sees one's own screen anyway. */
  get participantId(): string | null {
    return this.#session?.participantId ?? null;
  }

  /** Instead of a screen that is shared already. Resolves when the stage takes it. */
  async start(session: ScreenSession, media: LocalMedia): Promise<StageSession> {
    const before = this.#session;
    this.#session = session;
    await before?.leave();
    session.on('published', (published) => {
      if (published === null) void session.leave();
    });
    try {
      await session.publish(media);
    } catch (error) {
      await session.leave();
      throw error;
    }
    return session;
  }

  async leave(): Promise<void> {
    await this.#session?.leave();
  }
}
