// 查找: words from the box above, a number, filters; a phone only with a reason and never in an address; who sees no
// titles searches by numbers. And in the hotline's form: what the caller asked before.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoFaults, axeFaults, goTo, isTooWide, logIn, openPage, startBrowser } from './browser.mjs';
import { startStub } from './stub.mjs';

let browser, place;
before(async () => {
  [place, browser] = await Promise.all([startStub(['--tickets', '200', '--still']), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await place?.close();
});
const rows = (page) => page.locator('#search-list [role=option]');

test('words from the box above find tickets, and one opens by a key', async () => {
  const page = await openPage(browser, { judged: true });
  await logIn(page, place, 'supervisor');
  await page.keyboard.press('/');
  await page.keyboard.type('路灯');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.search mark');
  assert.match(decodeURIComponent(await page.evaluate(() => location.hash)), /^#\/search\?words=路灯$/);
  for (const text of await rows(page).allTextContents()) assert.match(text, /\d{8}-\d{4}-\d/);
  assert.deepEqual(await axeFaults(page), []);
  await page.locator('#search-words').press('Enter');
  const number = await rows(page).nth(1).locator('.number').innerText();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForFunction((to) => location.hash.includes(`/tickets/${to}`), number);
  await page.goBack();
  await page.waitForSelector('.search mark');
  // A number is that ticket; words that nothing says find nothing, and say so.
  await page.fill('#search-words', number.replace(/-/g, ' '));
  await page.press('#search-words', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('#search-list [role=option]').length === 1);
  await page.fill('#search-words', '没有人这样说');
  await page.press('#search-words', 'Enter');
  await page.waitForSelector('.search .none');
  assertNoFaults(page);
  await page.context().close();
});

test('a phone is asked about with a reason, in no address', async () => {
  const page = await openPage(browser, { judged: true });
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  await logIn(page, place, 'hotline');
  await goTo(page, '/search');
  await page.fill('#search-phone', '13812340001');
  await page.press('#search-phone', 'Enter');
  await page.waitForSelector('#search-lacks');
  assert.equal(await rows(page).count(), 0);
  assert.deepEqual(await axeFaults(page), []);
  const asked = page.waitForRequest((request) => /\/search$/.test(request.url()) && request.method() === 'POST');
  await page.click('.search .chips button');
  await page.press('#search-reason', 'Enter');
  assert.deepEqual(Object.keys((await asked).postDataJSON()).sort(), ['limit', 'phone', 'reason']);
  await rows(page).nth(4).waitFor();
  assert.ok(!addresses.some((each) => each.includes('13812340001')));
  assert.ok(!(await page.evaluate(() => location.href)).includes('13812340001'));
  assertNoFaults(page);
  await page.context().close();
});

test('who sees no titles searches by numbers and codes, on a telephone', async () => {
  const page = await openPage(browser, { size: 'phone', language: 'en', judged: true });
  await logIn(page, place, 'auditor');
  await goTo(page, '/search');
  await page.waitForSelector('#search-words');
  assert.match(await page.textContent('label[for=search-words]'), /number/i);
  assert.equal(await page.locator('#search-phone').count(), 0);
  await page.click('[aria-controls=search-more]');
  await page.selectOption('#search-state', 'closed');
  await page.click('.search button[type=submit]');
  await rows(page).first().waitFor();
  assert.match(await page.evaluate(() => location.hash), /state=closed/);
  assert.equal(await isTooWide(page), false);
  assert.deepEqual(await axeFaults(page), []);
  assertNoFaults(page);
  await page.context().close();
});

test('a number that is typed at the hotline shows what its caller asked before, the open ones first', async () => {
  const page = await openPage(browser, { judged: true });
  await logIn(page, place, 'hotline');
  await page.waitForSelector('#hotline-phone');
  await page.fill('#hotline-phone', '13812340001');
  const earlier = page.locator('.caller li');
  await earlier.nth(4).waitFor();
  const ended = await earlier.evaluateAll((list) => list.map((each) => each.classList.contains('ended')));
  assert.deepEqual(ended, [false, false, true, true, true]);
  const number = await earlier.nth(2).locator('.number').innerText();
  await earlier.nth(2).locator('button').click();
  await page.waitForSelector('.looked');
  assert.equal(await page.locator('.looked .number').innerText(), number);
  assert.deepEqual(await axeFaults(page), []);
  assertNoFaults(page);
  await page.context().close();
});
