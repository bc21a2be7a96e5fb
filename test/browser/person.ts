import type { Locator, Page } from 'playwright-core';
import { DEMO_PASSWORD } from '../../local/cloud/index.ts';
import { until } from './pages.ts';
import type { PageOptions, RunningStagedoor } from './run-stagedoor.ts';

/** Somebody before the page, in a browser of their own, who finds things by role and name. Waits end after 30 s. */
export interface Person {
  readonly page: Page;
  /** The password is the demo users' by default. */
  signIn(userName: string, password?: string): Promise<void>;
  /** Another tab of the same browser, at the same address. */
  openTab(): Promise<Person>;
  /** Clicks the button of exactly this name. */
  press(button: string): Promise<void>;
  /** Clicks a link whose name begins so. */
  follow(link: string): Promise<void>;
  fillIn(field: string, value: string): Promise<void>;
  /** Resolves once the page shows this text. */
  reads(text: string | RegExp): Promise<void>;
  /** Opens a view of the page, by its path. */
  open(path: string): Promise<void>;
  openMyStage(): Promise<void>;
  /** From `My stage`, with camera and microphone. */
  goLive(): Promise<void>;
  /** Opens the watch link, and waits until the page watches. */
  watch(link: string): Promise<void>;
  /** Chooses from the menu that the list of people has for each of them. */
  actOn(name: string, action: string): Promise<void>;
  /** Chooses the last device, or the last but one if it has that. */
  chooseOther(device: 'Camera' | 'Microphone'): Promise<void>;
  tile(name: string): SeenTile;
  /** What was copied last, by pasting it elsewhere: the page itself may not read it. */
  paste(): Promise<string>;
  /** Resolves once the page plays a sound. */
  hears(): Promise<void>;
  /** Resolves once the page has been silent for longer than the fake microphone is between two beeps. */
  hearsNothing(): Promise<void>;
}

/** What is shown of one publisher. */
export interface SeenTile {
  appears(): Promise<void>;
  disappears(): Promise<void>;
  /** Resolves once so many more frames were shown. Default 15: half a second. */
  receivesFrames(count?: number): Promise<void>;
  /** Resolves once it has no picture, as of a camera that is off. */
  showsNoPicture(): Promise<void>;
  /** Resolves once the microphone is marked as muted, or is not. */
  isMarkedMuted(isMuted: boolean): Promise<void>;
}

export async function openPerson(
  stagedoor: Pick<RunningStagedoor, 'openPage'>,
  { path = '', ...options }: PageOptions & { readonly path?: string } = {},
): Promise<Person> {
  const page = await stagedoor.openPage(path, options);
  page.setDefaultTimeout(limitMs);
  return personAt(page);
}

const limitMs = 30_000;

function personAt(page: Page): Person {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const person: Person = {
    page,
    async signIn(userName, password = DEMO_PASSWORD) {
      await person.fillIn('User name', userName);
      await person.fillIn('Password', password);
      await person.press('Sign in');
      await button('Sign out').waitFor();
    },
    async openTab() {
      const tab = await page.context().newPage();
      tab.setDefaultTimeout(limitMs);
      await tab.goto(page.url());
      return personAt(tab);
    },
    press: (name) => button(name).click(),
    follow: (name) => page.getByRole('link', { name: startingWith(name) }).click(),
    fillIn: (field, value) => page.getByLabel(field, { exact: true }).fill(value),
    reads: (text) => page.getByText(text).first().waitFor(),
    async open(path) {
      await page.goto(new URL(path, page.url()).href);
    },
    async openMyStage() {
      await person.follow('My stage');
      await button('Turn on camera and microphone').waitFor();
    },
    async goLive() {
      await person.press('Turn on camera and microphone');
      await person.press('Go live');
      await person.reads('You are live.');
    },
    async watch(link) {
      await person.open(link);
      await person.reads('You are watching.');
    },
    async actOn(name, action) {
      await person.press(`Actions for ${name}`);
      await person.press(action);
    },
    async chooseOther(device) {
      const menu = page.getByRole('combobox', { name: device });
      const present = await menu.inputValue();
      const values = await menu.getByRole('option').evaluateAll((options) => options.map(({ value }) => value));
      await menu.selectOption(values.findLast((value) => value !== present) ?? 'another device');
    },
    async paste() {
      const notes = await page.context().newPage();
      await notes.setContent('<textarea></textarea>');
      const paper = notes.getByRole('textbox');
      await paper.press('Control+V');
      const pasted = await until(
        () => paper.inputValue(),
        (text) => text !== '',
        limitMs,
      );
      await notes.close();
      return pasted;
    },
    tile: (name) => tileIn(page.getByRole('figure', { name, exact: true })),
    async hears() {
      await until(
        () => loudestSound(page),
        (loudest) => loudest > 0.01,
        limitMs,
      );
    },
    async hearsNothing() {
      await until(
        () => loudestSound(page),
        (loudest) => loudest < 0.001,
        limitMs,
      );
    },
  };
  return person;
}

function loudestSound(page: Page): Promise<number> {
  return page.evaluate('pageSounds.loudest()');
}

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[^\w ]/g, '\\$&')}`);
}

function tileIn(figure: Locator): SeenTile {
  return {
    appears: () => figure.waitFor(),
    disappears: () => figure.waitFor({ state: 'detached' }),
    async receivesFrames(count = 15) {
      let [before, received] = [await framesIn(figure), 0];
      const read = async () => {
        const now = await framesIn(figure);
        // Another picture counts from 0 again.
        received += now < before ? now : now - before;
        before = now;
        return received;
      };
      await until(read, (frames) => frames >= count, limitMs);
    },
    async showsNoPicture() {
      await until(() => figure.evaluate((tile) => tile.querySelector('video') === null), Boolean, limitMs);
    },
    async isMarkedMuted(isMuted) {
      await figure.getByText('Microphone muted').waitFor({ state: isMuted ? 'attached' : 'detached' });
    },
  };
}

function framesIn(figure: Locator): Promise<number> {
  return figure.evaluate((tile) => tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
}
