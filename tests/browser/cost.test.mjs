// What the console costs who uses it: script before the first row, and memory of a page that is left
// open while thousands of things happen. Times are printed and never asserted: they are the machine's.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoFaults, logIn, openPage, goTo, startBrowser } from './browser.mjs';
import { startStub } from './stub.mjs';

const SCRIPT_BYTES_MAX = 100000;
const SLOWER = 4; // than this machine's processor

let browser;
before(async () => { browser = await startBrowser(['--js-flags=--expose-gc']); });
after(() => browser?.close());

test('at most 100 kB of script come before the first row', async (context) => {
  const place = await startStub(['--tickets', '20000']);
  try {
    const page = await openPage(browser);
    await logIn(page, place, 'supervisor');
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('[role=option]')) return;
        observer.disconnect();
        requestAnimationFrame(() => { window.firstRow = { at: performance.now(), scripts: performance.getEntriesByType('resource').filter((each) => /\.js$/.test(each.name)).map((each) => new URL(each.name).pathname) }; });
      }).observe(document, { childList: true, subtree: true });
    });
    const line = await page.context().newCDPSession(page);
    await line.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    const times = [];
    let first;
    for (let round = 0; round < 5; round++) {
      await page.reload({ waitUntil: 'commit' });
      first = await (await page.waitForFunction(() => window.firstRow)).jsonValue();
      times.push(Math.round(first.at));
    }
    const bytes = first.scripts.reduce((sum, path) => sum + gzipSync(readFileSync(path.replace(/^\/console\//, `${process.env.PAIDAN_CONSOLE}/`))).length, 0);
    context.diagnostic(`first row at CPU ÷ ${SLOWER}: ${times.sort((one, other) => one - other).join(', ')} ms; script before it: ${(bytes / 1000).toFixed(1)} kB gzip in ${first.scripts.length} files`);
    assert.ok(bytes > 0);
    assert.ok(bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes`);
    assertNoFaults(page);
    await page.context().close();
  } finally { await place.close(); }
});

// What is held and what was drawn, after everything that can go has gone.
async function weight(page, line) {
  for (let round = 0; round < 2; round++) await line.send('HeapProfiler.collectGarbage');
  const { metrics } = await line.send('Performance.getMetrics');
  const of = (name) => metrics.find((each) => each.name === name).value;
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

test('a page that is left open does not grow', async (context) => {
  const EVERY_MS = 3;
  for (const [role, path, ...keys] of [['supervisor', '/board'], ['supervisor', '/wall'], ['supervisor', '/tickets'], ['supervisor', '/tickets', 'Home', 'Enter'], ['dispatcher', '/desk'], ['clerk', '/unit']]) {
    // One ticket does not live so long; who asks for one that has gone meanwhile is told 404.
    // Of a unit little happens.
    const EVENTS = path === '/unit' ? 150 : keys.length ? 400 : 2400;
    const place = await startStub(['--tickets', '600', '--every', String(EVERY_MS), '--lively']);
    try {
      const page = await openPage(browser, { tolerate: /404/ });
      await page.addInitScript(() => {
        const { EventSource } = window;
        window.eventCount = 0;
        window.EventSource = class extends EventSource {
          constructor(...given) {
            super(...given);
            for (const kind of ['ticket', 'desk']) this.addEventListener(kind, () => { window.eventCount++; });
          }
        };
      });
      await logIn(page, place, role);
      await goTo(page, path).catch(() => {});
      for (const key of keys) await page.keyboard.press(key);
      if (keys.length) await page.waitForFunction(() => /\d/.test(location.hash));
      const where = await page.evaluate(() => location.hash);
      const line = await page.context().newCDPSession(page);
      await line.send('Performance.enable');
      const happened = () => page.evaluate(() => window.eventCount);
      const until = async (count) => { for (let tries = 0; await happened() < count && tries < 600; tries++) await sleep(100); };
      const start = await happened();
      await until(start + EVENTS / 3);
      const early = await weight(page, line);
      await until(start + EVENTS);
      const late = await weight(page, line), seen = await happened() - start;
      context.diagnostic(`${where}: ${seen} events; heap ${(early.heap / 1e6).toFixed(1)} → ${(late.heap / 1e6).toFixed(1)} MB, nodes ${early.nodes} → ${late.nodes}, listeners ${early.listeners} → ${late.listeners}`);
      assert.ok(seen > EVENTS / 10, `only ${seen} events came`);
      assert.ok(late.heap < early.heap * 1.15 + 500000, `${path}: the heap grew`);
      assert.ok(late.nodes < early.nodes * 1.3 + 300, `${path}: nodes grew`);
      assert.ok(late.listeners < early.listeners * 1.3 + 100, `${path}: listeners grew`);
      assertNoFaults(page);
      await page.context().close();
    } finally { await place.close(); }
  }
});
