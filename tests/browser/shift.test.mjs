// What a page has shown stays where it is when the rest of it arrives: somebody may have put a finger on
// it. Measured as the browser does (cumulative layout shift), on a slow line, so that the frame, the rows
// and what stands beside them come one after the other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoFaults, logIn, openPage, settled, startBrowser } from './browser.mjs';
import { Place } from './place.mjs';

const SHIFT_MAX = 0.05;
// A telephone far from the mast, and a processor of its kind.
const LINE = { offline: false, latency: 150, downloadThroughput: 200 << 10, uploadThroughput: 90 << 10 };
const SLOWER = 4;

const SCREENS = {
  supervisor: ['board', 'requests', 'tickets', 'alarms', 'health', 'channels'],
  dispatcher: ['desk'],
  'clerk.steward-liulin': ['unit'],
  hotline: ['hotline', 'callbacks'],
};

let browser, place;
before(async () => {
  [place, browser] = await Promise.all([Place.start(), startBrowser()]);
  await place.submit([
    ...Array.from({ length: 60 }, (_, at) => [`楼上漏水没人修 ${at}单元`, `柳林小区${at}号楼`]),
    ...Array.from({ length: 8 }, (_, at) => [`想咨询一件说不清的事 ${at}`, '']),
  ]);
});
after(async () => {
  await browser?.close();
  await place?.close();
});

/** Keeps, in the page, what moved after it was drawn, though nobody touched anything. */
function noteShifts() {
  window.testShifts = [];
  const place = (box) => `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}x${Math.round(box.height)}`;
  const tell = ({ node, previousRect, currentRect }) => `${node?.nodeName ?? 'gone'}.${node?.className ?? ''} "${(node?.textContent ?? '').slice(0, 20)}" ${place(previousRect)} → ${place(currentRect)}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput) window.testShifts.push({ value: entry.value, at: Math.round(entry.startTime), nodes: entry.sources.map(tell) });
  }).observe({ type: 'layout-shift', buffered: true });
}
/** Loads the screen as a browser does that was never here, but for who is logged in. */
async function shiftsOf(page, name) {
  await page.goto(`${place.origin}/healthz`);
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${place.console}#/${name}`);
  await page.waitForSelector('#main');
  await settled(page);
  await page.waitForTimeout(500);
  return page.evaluate(() => window.testShifts);
}

// English for the narrow one: its words are the longer.
for (const [size, language] of [['laptop', 'zh'], ['phone', 'en']])
  for (const [name, screens] of Object.entries(SCREENS))
    test(`nothing shifts while the pages of ${name} arrive, ${size}`, async (context) => {
      const page = await openPage(browser, { size, language });
      await page.addInitScript(noteShifts);
      await logIn(page, place, name);
      const session = await page.context().newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', LINE);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
      for (const screen of screens) {
        const shifts = await shiftsOf(page, screen);
        const sum = shifts.reduce((all, each) => all + each.value, 0);
        context.diagnostic(`${screen}: ${sum.toFixed(3)}`);
        assert.ok(sum < SHIFT_MAX, `${screen}: ${sum}\n${shifts.map(({ value, at, nodes }) => `${value} at ${at} ms: ${nodes.join('; ')}`).join('\n')}`);
      }
      assertNoFaults(page);
      await page.context().close();
    });
