// The browser of the tests and what people do in it. Each test gets a context of its own, so that nobody
// is logged in from before; what a page writes to its console as an error is a failure of the test.
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PICTURES = process.env.PAIDAN_PICTURES ?? '/tmp/pictures';

export const SIZES = { laptop: [1366, 768], wide: [1920, 1080], phone: [390, 844] };
export const LANGUAGES = ['zh', 'en'];

export const startBrowser = (args = []) => chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...args],
});

/**
 * A page in its own context. options: size (name of SIZES), language, judged (axe will be put in, which
 * the page's CSP would refuse), tolerate (pattern of console errors that the test brings about).
 * page.faults: what went wrong so far.
 */
export async function openPage(browser, { size = 'laptop', language = 'zh', judged = false, tolerate = /(?!)/ } = {}) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({
    viewport: { width, height }, hasTouch: size === 'phone', bypassCSP: judged,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  });
  await context.addInitScript((to) => { localStorage.setItem('paidan.language', to); }, language);
  const page = await context.newPage();
  page.faults = [];
  // Who listens gets files' dialogs handed over, from some moment on: before any key is pressed, not with it.
  page.on('filechooser', () => {});
  // Before somebody logs in the page asks who he is, and is told 401.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text()) && !tolerate.test(message.text())) page.faults.push(message.text());
  });
  page.on('pageerror', (error) => page.faults.push(`${error.name}: ${error.message}`));
  // Says only when to give up: this machine may be busy with other tests.
  page.setDefaultTimeout(90000);
  return page;
}
export function assertNoFaults(page) {
  assert.deepEqual(page.faults, []);
}

/** Logs in at the console of place; ends on that person's home. */
export async function logIn(page, place, name) {
  await page.goto(place.console);
  await page.fill('#login-name', name);
  await page.fill('#login-password', place.passwordOf(name));
  await page.keyboard.press('Enter');
  await page.waitForSelector('#main, .wall');
}
/** To a screen of the console, without loading it anew. */
export async function goTo(page, path) {
  await page.evaluate((to) => { location.hash = `#${to}`; }, path);
  await settled(page);
}
/** Until nothing is fetched and what came is drawn. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const count = performance.getEntriesByType('resource').length, now = performance.now();
    if (window.testCount !== count) { window.testCount = count; window.testSince = now; }
    return now - window.testSince > 350;
  }, undefined, { polling: 100 });
}

/** Until what was typed is kept: a page that is lost then has lost nothing. */
export async function drafted(page, text) {
  await page.waitForFunction((typed) => Object.values(localStorage).some((kept) => kept.includes(typed)), text);
}

export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}
/** What axe finds by WCAG 2.1 A and AA, a line each. The page must be judged. */
export async function axeFaults(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] }));
  return found.violations.map((each) => `${each.id} ×${each.nodes.length}: ${each.nodes[0].html.slice(0, 160)} (${each.nodes[0].failureSummary.replace(/\s+/g, ' ')})`);
}
/** Nothing is cut off at the right. */
export const isTooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/**
 * A person at the page whose acts are counted: keys by keys('j', 'Enter'), taps by tap(locator). Text that
 * is written (type) is not counted, as in the goals.
 */
export function hands(page) {
  return {
    count: 0,
    async keys(...names) {
      for (const name of names) { this.count++; await page.keyboard.press(name); }
    },
    async tap(locator) {
      this.count++;
      await (typeof locator === 'string' ? page.locator(locator).first() : locator).click();
    },
    async type(text) { await page.keyboard.type(text); },
  };
}
