// Residents, who have a telephone and no script: report, look up, say more, ask again; and the screen in a hall.
// All pages by axe and by the checker of HTML, in both languages.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LANGUAGES, SIZES, axeFaults, isTooWide, picture, startBrowser } from './browser.mjs';
import { Place } from './place.mjs';

const run = promisify(execFile);
const jar = createRequire(import.meta.url)('vnu-jar');

let browser, place, known;
before(async () => {
  [place, browser] = await Promise.all([Place.start(), startBrowser()]);
  [known] = await place.submit([['楼上漏水没人修', '柳林小区3号楼']]);
});
after(async () => {
  await browser?.close();
  await place?.close();
});

// Without script; judged: axe is put in, which needs one.
async function telephone({ judged = false, language = 'zh' } = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: judged, bypassCSP: judged, locale: language === 'zh' ? 'zh-CN' : 'en-GB' });
  context.setDefaultTimeout(10000);
  return context.newPage();
}
async function lookUp(page, { number, code }) {
  await page.goto(`${place.origin}/t`);
  await page.fill('#number', number);
  await page.fill('#code', code);
  await page.locator('#main form button').first().click();
}

test('a resident reports and is told number and code, without script', async () => {
  const page = await telephone();
  await page.goto(`${place.origin}/report`);
  await page.fill('#text', '柳林小区5号楼楼道灯坏了，晚上看不见路');
  await page.locator('#main form button').first().click();
  await page.waitForLoadState();
  const text = await page.innerText('#main');
  const number = /\d{8}-\d{4,}-\d/.exec(text)?.[0], code = /[0-9A-Z]{3} ?[0-9A-Z]{3}/.exec(text.replace(number ?? '', ''))?.[0].replace(' ', '');
  assert.ok(number && code, text);
  await lookUp(page, { number, code });
  assert.match(await page.innerText('#main'), new RegExp(number));
  await page.context().close();
});

test('a resident looks a ticket up with two fields; a wrong code says nothing', async () => {
  const page = await telephone();
  await lookUp(page, known);
  const text = await page.innerText('#main');
  assert.match(text, new RegExp(known.number));
  assert.match(text, /柳林/);
  await lookUp(page, { number: known.number, code: 'ZZZZZZ' });
  assert.doesNotMatch(await page.innerText('#main'), /漏水|柳林/);
  await page.context().close();
});

test('the pages of residents pass axe, are no wider than the window and are valid HTML', async () => {
  const files = [], faults = [];
  for (const language of LANGUAGES) {
    const page = await telephone({ judged: true, language });
    const look = async (name) => {
      for (const [size, [width, height]] of Object.entries(SIZES)) {
        await page.setViewportSize({ width, height });
        await picture(page, `${name}-${size}-${language}`);
        if (await isTooWide(page)) faults.push(`${name}, ${size}: wider than the window`);
      }
      faults.push(...(await axeFaults(page)).map((each) => `${name}, ${language}: ${each}`));
      // As it was sent: the browser mends what it reads.
      const file = join(place.scratch, `${name}-${language}.html`);
      writeFileSync(file, await page.sent());
      files.push(file);
    };
    let last = '';
    page.on('response', async (response) => { if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) last = await response.text().catch(() => last); });
    page.sent = async () => { await page.waitForTimeout(100); return last; };
    for (const [name, path] of [['home', '/'], ['report', '/report'], ['look-up', '/t'], ['kiosk', '/kiosk'], ['kiosk-frame', '/kiosk/frame']]) {
      await page.goto(`${place.origin}${path}?lang=${language}`);
      await look(name);
    }
    await page.goto(`${place.origin}/t?lang=${language}`);
    await page.fill('#number', known.number);
    await page.fill('#code', known.code);
    await page.locator('#main form button').first().click();
    await page.waitForLoadState();
    await look('story');
    await page.context().close();
  }
  assert.deepEqual(faults, []);
  await run('java', ['-jar', jar, '--errors-only', ...files]).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
});

test('the screen in a hall names nobody', async () => {
  const page = await telephone();
  await page.goto(`${place.origin}/kiosk/frame`);
  assert.doesNotMatch(await page.innerText('body'), /1[3-9]\d{9}|漏水没人修/);
  await page.context().close();
});
