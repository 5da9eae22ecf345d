// Lighthouse on the real pages, as on a machine with a quarter of a processor. The score for speed depends
// on what else this machine does: the best of some tries counts, and where others keep it busy a low one is
// told and not held against the pages.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import lighthouse from 'lighthouse';
import { startBrowser } from './browser.mjs';
import { freePort } from './stub.mjs';
import { Place } from './place.mjs';

const SCORE_MIN = 0.9, TRIES = 3;
const BUSY = 1.5; // that many want each processor

let browser, place, port;
before(async () => {
  port = await freePort();
  [place, browser] = await Promise.all([Place.start(), startBrowser([`--remote-debugging-port=${port}`])]);
  await place.submit(Array.from({ length: 100 }, (_, at) => [`楼上漏水没人修 ${at}单元`, `柳林小区${at}号楼`]));
});
after(async () => {
  await browser?.close();
  await place?.close();
});

// Logs in as the page does and returns the cookie.
async function cookieOf(name) {
  const answer = await fetch(`${place.origin}/api/v1/login`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Origin: place.origin }, body: JSON.stringify({ name, password: place.passwordOf(name) }),
  });
  assert.equal(answer.status, 200);
  return answer.headers.get('set-cookie').split(';')[0];
}

async function judge(context, url, cookie) {
  let best = null;
  for (let tries = 0; tries < TRIES && !(best?.performance >= SCORE_MIN); tries++) {
    const { lhr } = await lighthouse(url, {
      port, output: 'json', logLevel: 'silent', onlyCategories: ['performance', 'accessibility'], ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
    });
    const found = { performance: lhr.categories.performance.score, accessibility: lhr.categories.accessibility.score };
    const bad = Object.values(lhr.audits).filter((each) => each.score !== null && each.score < 0.9).map((each) => `${each.id} ${each.displayValue ?? ''}`.trim());
    if (!best || found.performance > best.performance) best = { ...found, bad };
    // Lists are long; they come packed.
    assert.equal(lhr.audits['uses-text-compression'].details.items.length, 0, `${url}: ${JSON.stringify(lhr.audits['uses-text-compression'].details.items)}`);
    assert.ok(found.accessibility >= SCORE_MIN, `${url}: ${found.accessibility}: ${bad}`);
  }
  context.diagnostic(`${new URL(url).pathname}${new URL(url).hash}: performance ${best.performance}, accessibility ${best.accessibility}; below 0.9: ${best.bad.join(', ') || 'nothing'}`);
  if (best.performance < SCORE_MIN && loadavg()[0] > BUSY * availableParallelism()) {
    context.skip(`the machine is too busy to judge: ${best.performance} at a load of ${loadavg()[0]}`);
    return;
  }
  assert.ok(best.performance >= SCORE_MIN, `${url}: ${best.performance}: ${best.bad}`);
}

test('the login page scores 0.9', (context) => judge(context, place.console));
test('the board scores 0.9', async (context) => judge(context, `${place.console}#/board`, await cookieOf('supervisor')));
test('the desk scores 0.9', async (context) => judge(context, `${place.console}#/desk`, await cookieOf('dispatcher')));
