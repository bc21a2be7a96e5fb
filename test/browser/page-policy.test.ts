import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { keepScreenshot } from './keep-screenshot.ts';
import { type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';

// Starting a browser takes its time, on a busy machine above all.
jest.setTimeout(60_000);

/** In the page: what an attacker would put into it. */
const ATTEMPTS = `(async () => {
  const directives = new Set();
  document.addEventListener('securitypolicyviolation', (event) => directives.add(event.effectiveDirective));
  const script = document.createElement('script');
  script.textContent = 'globalThis.ran = true';
  document.body.append(script);
  document.body.insertAdjacentHTML('beforeend', '<p style="color: red" onclick="globalThis.ran = true"></p>');
  await fetch('https://stranger.invalid').catch(() => undefined);
  // Violations are told a task later.
  await new Promise((resolve) => setTimeout(resolve));
  return { directives: [...directives].sort(), ran: 'ran' in globalThis };
})()`;

let stagedoor: RunningStagedoor;

beforeAll(async () => {
  stagedoor = await runStagedoor();
});
afterAll(() => stagedoor.close());

describe('the page’s Content-Security-Policy', () => {
  it('lets people sign in and out without a complaint', async () => {
    const page = await stagedoor.openPage();
    const signIn = page.getByRole('button', { name: 'Sign in', exact: true });
    await signIn.waitFor();
    await keepScreenshot(page, 'sign-in');
    await page.getByRole('button', { name: 'ada' }).click();
    await signIn.click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn.waitFor();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('lets nothing in that is not the page’s own, and nothing out to strangers', async () => {
    const page = await stagedoor.openPage();
    const refused = await page.evaluate(ATTEMPTS);
    expect(refused).toEqual({
      directives: ['connect-src', 'script-src-attr', 'script-src-elem', 'style-src-attr'],
      ran: false,
    });
  });
});
