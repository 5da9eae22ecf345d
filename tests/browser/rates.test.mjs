// 统计: what a supervisor does there: looks at a month, ranks by something else, opens the tickets behind a
// figure, and finds a month of which there is nothing.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoFaults, axeFaults, isTooWide, logIn, openPage, startBrowser } from './browser.mjs';
import { startStub } from './stub.mjs';

let browser, place;
before(async () => {
  [place, browser] = await Promise.all([startStub(['--tickets', '120', '--still']), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await place?.close();
});
async function arrive(options, query) {
  const page = await openPage(browser, { ...options, judged: true });
  await logIn(page, place, 'supervisor');
  await page.evaluate((to) => { location.hash = `#/rates${to}`; }, query);
  await page.waitForSelector('.rates .cards');
  return page;
}

test('a figure opens the tickets behind it, and those of the figures beside it', async () => {
  const page = await arrive({}, '?month=2026-10');
  await page.click('.rates .card:nth-child(2) .big');
  await page.waitForSelector('.found li');
  assert.equal(await page.locator('.chips [aria-pressed=true]').textContent(), '未解决');
  await page.click('.chips button:last-child');
  await page.waitForSelector('.found .exempt');
  assert.match(await page.locator('.found .exempt').first().textContent(), /已剔除.*申请 clerk，审核 supervisor/);
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.found', { state: 'detached' });
  assertNoFaults(page);
  await page.context().close();
});

test('the ranking is of what one asks for, and stands by rank', async () => {
  const page = await arrive({}, '?month=2026-10');
  const ranks = () => page.locator('.rates tbody td:first-child').allTextContents();
  const first = await ranks();
  assert.deepEqual(first.slice(0, 3), ['1', '2', '3']);
  const asked = page.waitForResponse((answer) => /by=channel/.test(answer.url()) && /from=2026-10&/.test(answer.url()));
  await page.click('.kinds button:nth-child(4)');
  await asked;
  await page.waitForFunction((count) => document.querySelectorAll('.rates tbody tr').length !== count, first.length);
  assert.match(await page.evaluate(() => location.hash), /by=channel/);
  // Each rate with what it is made of.
  for (const text of await page.locator('.rates tbody tr td:nth-child(4)').allTextContents())
    assert.match(text, /[\d.]+% [\d.]+\/[\d.]+/);
  assertNoFaults(page);
  await page.context().close();
});

test('by keys one goes a month back, and a month of which there is nothing says so, on a telephone', async () => {
  const page = await arrive({ size: 'phone', language: 'en' }, '?month=2026-06');
  await page.waitForSelector('.rates table');
  await page.keyboard.press('[');
  await page.waitForSelector('.rates p.none');
  assert.match(await page.locator('.rates p.none').textContent(), /2026-05/);
  assert.equal(await page.inputValue('#rates-month'), '2026-05');
  assert.equal(await isTooWide(page), false);
  assert.deepEqual(await axeFaults(page), []);
  assertNoFaults(page);
  await page.context().close();
});

test('who reviews takes a ticket out of the rates, and fewer wait', async () => {
  const page = await arrive({}, '?month=2026-10');
  const waits = page.locator('.rates .button.warn');
  assert.match(await waits.textContent(), /2 件剔除申请待审核/);
  await waits.click();
  await page.waitForSelector('.found .acts');
  await page.locator('.found .acts .good').first().click();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.found .acts').length === 1);
  await page.waitForFunction(() => /1 件/.test(document.querySelector('.rates .button.warn').textContent));
  await page.keyboard.press('Escape');
  assertNoFaults(page);
  await page.context().close();
});

test('the days are one stop of the tab key, arrows go along them, and one opens its tickets', async () => {
  const page = await arrive({}, '?month=2026-10');
  const bar = page.locator('.chart g[tabindex="0"]');
  assert.equal(await bar.count(), 1);
  await bar.focus();
  await page.keyboard.press('Home');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^2026-10-01 · 受理 \d+ · 办结 \d+$/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^2026-10-09 /);
  assert.match(await page.locator('.rates .stood').textContent(), /^2026-10-09 /);
  assert.equal(await bar.count(), 1);
  assert.deepEqual(await axeFaults(page), []);
  const asked = page.waitForRequest(/\/rates\/tickets\?.*from=2026-10-09/);
  await page.keyboard.press('Enter');
  await asked;
  await page.waitForSelector('.found li');
  await page.keyboard.press('Escape');
  assert.match(await page.getAttribute('.rates a[download]', 'href'), /\/rates\.xlsx\?from=2026-10&lang=zh$/);
  assertNoFaults(page);
  await page.context().close();
});
