// What a customer writes. Compiled against the packed package; the comments say what their compiler must refuse.
import {
  ApiError,
  BannedError,
  createStagedoorApi,
  joinStage,
  type LocalMedia,
  openCamera,
  StageNotReadyError,
  type StageSession,
  type Transport,
  TransportError,
} from '@stagedoor/client';
import { emulatorTransport } from '@stagedoor/client/emulator';

const api = createStagedoorApi({ url: 'https://api.example', getAccessToken: async () => null });

export async function watch(ownerId: string, signal: AbortSignal): Promise<StageSession> {
  const { role, capabilities } = await api.getStage(ownerId, { signal });
  if (role === null || !capabilities.includes('SUBSCRIBE_VIDEO')) throw new Error('not for you');
  const transport: Transport = emulatorTransport('http://127.0.0.1:4002');
  const session = joinStage({ api, ownerId, transport });
  const stop = session.on('state', (state) => {
    if (state.name === 'failed') console.error(state.reason, state.error);
    // @ts-expect-error: a session that is not over has no reason
    if (state.name === 'live') console.error(state.reason);
  });
  stop();
  return session;
}

export async function goLive(): Promise<void> {
  const stage = await api.openMyStage();
  const media: LocalMedia = await openCamera({ microphone: false });
  await joinStage({ api, ownerId: stage.ownerId, capabilities: ['PUBLISH_VIDEO'] }).publish(media);
}

export function explain(error: unknown): string {
  if (error instanceof BannedError) {
    const code: 'BANNED' = error.code;
    return code;
  }
  if (error instanceof StageNotReadyError) return `wait ${error.retryAfterMs ?? 0} ms`;
  if (error instanceof TransportError) return error.code;
  if (!(error instanceof ApiError)) return 'unknown';
  // @ts-expect-error: no such code
  if (error.code === 'BANNED_FOR_LIFE') return 'never';
  return `${error.code} ${error.requestId ?? ''}`;
}

export function misuse(): readonly unknown[] {
  return [
    // @ts-expect-error: who is asked for access tokens?
    createStagedoorApi({ url: 'https://api.example' }),
    // @ts-expect-error: a token itself would run out
    createStagedoorApi({ url: 'https://api.example', getAccessToken: 'a token' }),
    // @ts-expect-error: not a capability
    api.issueToken('ada', { capabilities: ['PUBLISH'] }),
    // @ts-expect-error: whose stage?
    joinStage({ api }),
    // @ts-expect-error: not something that can be chosen
    api.changeMyStage({ visibility: 'secret' }),
  ];
}
