import {
  createStagedoorApi,
  joinStage,
  openCamera,
  type StageParticipant,
  type StageSession,
  type StageSummary,
} from '@stagedoor/client';
import { config } from './config.ts';
import { getAccessToken, signIn } from './own-auth.ts';

const api = createStagedoorApi({ url: config.apiUrl, getAccessToken });
let session: StageSession | null = null;

const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector) as T;
const say = (text: string): void => find('#status').replaceChildren(text);
/** Whatever goes wrong is said. `ApiError`, `MediaError` and `SessionError` have a `code` to decide by. */
const run = (action: () => Promise<unknown>) => () => void action().catch((error: Error) => say(error.message));

find('#sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new FormData(event.target as HTMLFormElement);
  run(async () => {
    await signIn(String(fields.get('name')), String(fields.get('password')));
    find('#sign-in').hidden = true;
    find('main').hidden = false;
    await listLive();
    setInterval(run(listLive), 10_000);
  })();
});
find('#go-live').addEventListener('click', run(goLive));
find('#leave').addEventListener(
  'click',
  run(async () => session?.leave()),
);

async function listLive(): Promise<void> {
  const { stages } = await api.listLiveStages();
  find('#live').replaceChildren(...stages.map(liveItem));
}

function liveItem({ ownerId, displayName }: StageSummary): HTMLElement {
  const button = document.createElement('button');
  button.textContent = displayName;
  button.addEventListener(
    'click',
    run(async () => join(ownerId)),
  );
  const item = document.createElement('li');
  item.append(button);
  return item;
}

async function goLive(): Promise<void> {
  const { ownerId } = await api.openMyStage();
  const media = await openCamera();
  await (await join(ownerId)).publish(media);
}

/** The session reconnects by itself; a role that changes, changes it too. */
async function join(ownerId: string): Promise<StageSession> {
  await session?.leave();
  session = joinStage({ api, ownerId });
  session.on('participants', showParticipants);
  session.on('state', (state) => say(state.name === 'failed' ? `failed: ${state.reason}` : state.name));
  return session;
}

function showParticipants(participants: readonly StageParticipant[]): void {
  find('#stage').replaceChildren(...participants.filter(({ isPublishing }) => isPublishing).map(figureOf));
}

function figureOf({ name, audio, video }: StageParticipant): HTMLElement {
  const player = document.createElement('video');
  player.autoplay = true;
  player.playsInline = true;
  player.srcObject = new MediaStream([audio, video].filter((track) => track !== null));
  const caption = document.createElement('figcaption');
  caption.textContent = name;
  const figure = document.createElement('figure');
  figure.append(player, caption);
  return figure;
}
