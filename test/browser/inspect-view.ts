import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { keepScreenshot } from './keep-screenshot.ts';

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 800 };
const NARROWEST = { width: 320, height: 640 };

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Looks at what the page shows now, light on a phone and dark on a desktop, and keeps a picture of each: colours do not
 * depend on the size. Fails with everything that keeps somebody from using it.
 */
export async function inspectView(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP;
  await page.setViewportSize(PHONE);
  await showIn(page, 'light');
  const onPhone = await findViolations(page);
  await keepScreenshot(page, `${name}-phone`);

  await page.setViewportSize(DESKTOP);
  await showIn(page, 'dark');
  const onDesktop = await findViolations(page);
  await keepScreenshot(page, `${name}-desktop-dark`);

  await page.setViewportSize(NARROWEST);
  const isTooWide = await scrollsSideways(page);
  await page.setViewportSize(before);
  await showIn(page, 'light');
  expect({ name, onPhone, onDesktop, isTooWide }).toEqual({ name, onPhone: [], onDesktop: [], isTooWide: false });
}

/** Without motion: colours that are on their way to others would be found too weak. */
async function showIn(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
}

async function findViolations(page: Page): Promise<string[]> {
  // Legacy: else it would open another page, and the present one would get two frames a second.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id} (${help}) at ${target.join(' ')}`),
  );
}

function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
