// Every screen of the console in both languages: no violation of WCAG A or AA by axe, nothing wider than
// the window, no error in the page's console; pictures at three sizes to be looked at.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { LANGUAGES, SIZES, assertNoFaults, axeFaults, goTo, isTooWide, logIn, openPage, picture, settled, startBrowser } from './browser.mjs';
import { startStub } from './stub.mjs';
import { screens } from './screens.mjs';

let browser, place;
before(async () => {
  place = await startStub(['--still', '--tickets', '400']);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await place?.close();
});

// The layout is one from the widths of laptops on; colours and words are the same at each.
const JUDGED = ['laptop', 'phone'];
const ROLES = [...new Set(screens.map((screen) => screen.as))];

async function look(page, name, size) {
  await settled(page);
  await picture(page, name);
  assert.equal(await isTooWide(page), false, `${name} is wider than the window`);
  if (JUDGED.includes(size)) assert.deepEqual(await axeFaults(page), [], name);
}

// Keys mean nothing before the list is there: what Enter opens is asked for until it is open.
async function press(page, keys) {
  for (let tries = 1; ; tries++) {
    for (const key of keys) await page.keyboard.press(key);
    if (!keys.includes('Enter')) return;
    try { return void (await page.waitForFunction(() => /\d/.test(location.hash), undefined, { timeout: 3000 })); } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

// One login for all sizes: the layout follows the window.
async function atEachSize(page, act) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await page.setViewportSize({ width, height });
    await act(size);
  }
}

for (const language of LANGUAGES) {
  test(`login, ${language}`, async () => {
    const page = await openPage(browser, { language, judged: true });
    await page.goto(place.console);
    await page.waitForSelector('#login-name');
    await atEachSize(page, (size) => look(page, `login-${size}-${language}`, size));
    assertNoFaults(page);
    await page.context().close();
  });
  for (const role of ROLES) {
    test(`screens of the ${role}, ${language}`, async () => {
      const page = await openPage(browser, { language, judged: true });
      await logIn(page, place, role);
      const faults = [];
      const lookAt = async (name, size) => {
        try { await look(page, `${name}-${size}-${language}`, size); } catch (error) { faults.push(`${name}, ${size}: ${error.message}`); }
      };
      for (const screen of screens.filter((each) => each.as === role)) {
        await goTo(page, screen.path);
        await press(page, screen.keys ?? []);
        if (screen.then) await page.evaluate((more) => { location.hash += more; }, screen.then);
        await atEachSize(page, (size) => lookAt(screen.name, size));
        for (const [name, keys] of Object.entries(screen.also ?? {})) {
          for (const key of keys) await page.keyboard.press(key);
          await atEachSize(page, (size) => lookAt(`${screen.name}-${name}`, size));
          await page.keyboard.press('Escape');
        }
      }
      assert.deepEqual(faults, []);
      assertNoFaults(page);
      await page.context().close();
    });
  }
}

test('every screen of the console is looked at', async () => {
  const { readFileSync } = await import('node:fs');
  const table = readFileSync(`${process.env.PAIDAN_ROOT}/services/console/src/screens/index.js`, 'utf8');
  const named = [...table.matchAll(/\bname: '(\w+)'/g)].map((each) => each[1]).sort();
  assert.deepEqual([...new Set(screens.map((each) => each.name))].sort(), named);
});
