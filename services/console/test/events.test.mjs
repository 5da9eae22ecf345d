// Streams of events when they are refused, by a browser that has no network: what EventSource and fetch
// would do is put in place.
import test from 'node:test';
import assert from 'node:assert/strict';
// Before the page is put in place: it looks for one when it is loaded.
import 'vue';

globalThis.localStorage = { getItem: () => null, setItem() {}, removeItem() {} };
globalThis.document = { addEventListener() {}, documentElement: { dataset: {} }, hidden: true };
globalThis.crypto ??= (await import('node:crypto')).webcrypto; // Node 18
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['zh-CN'] }, configurable: true });

const opened = [];
globalThis.EventSource = class {
  static CLOSED = 2;
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    opened.push(this);
  }
  addEventListener() {}
  close() { this.readyState = 2; }
};
let answers = [];
globalThis.fetch = async (url) => {
  const status = /\/me$/.test(url) ? 200 : answers.shift() ?? 200;
  const body = /\/me$/.test(url) ? { person: 'zhao', roles: [{ role: 'clerk' }] } : { code: `CODE_${status}` };
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
};

// Time passes when a test says so.
const timers = new Map();
let time = 0, timerCount = 0;
globalThis.setTimeout = (run, ms = 0) => { timers.set(++timerCount, { at: time + ms, run }); return timerCount; };
globalThis.clearTimeout = (timer) => timers.delete(timer);
globalThis.setInterval = () => 0;
function pass(ms) {
  for (const end = time + ms; ;) {
    const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
    time = next ? next[1].at : end;
    if (!next) return;
    timers.delete(next[0]);
    next[1].run();
  }
}
const { line, subscribe } = await import('../src/app/events.js');
const rest = async () => { for (let turn = 0; turn < 30; turn++) await new Promise((done) => { setImmediate(done); }); };
const refuse = async (status) => {
  answers = [status];
  const source = opened.at(-1);
  source.readyState = 2;
  source.onerror();
  await rest();
};

for (const status of [400, 403, 404, 410])
  test(`events_when_refused_with_${status}_then_nobody_tries_again`, async () => {
    const told = [];
    const end = subscribe(`ticket:${status}`, { refused: (problem) => told.push(problem.status) });
    const before = opened.length;
    await refuse(status);
    pass(600000);
    await rest();
    assert.equal(opened.length, before);
    assert.deepEqual(told, [status]);
    assert.equal(line.value, 'refused');
    end();
    pass(10000);
    assert.equal(line.value, 'off');
  });

for (const status of [429, 500, 502, 503])
  test(`events_when_answered_with_${status}_then_it_is_tried_again`, async () => {
    const end = subscribe(`unit:${status}`, { refused: () => assert.fail('it was given up') });
    const before = opened.length;
    await refuse(status);
    assert.equal(line.value, 'waiting');
    pass(600000);
    await rest();
    assert.ok(opened.length > before);
    end();
    pass(10000);
  });

test('events_when_refused_and_followed_again_then_it_is_asked_once_more', async () => {
  const end = subscribe('board', {});
  await refuse(403);
  const before = opened.length;
  const other = subscribe('board', {});
  pass(1);
  assert.equal(opened.length, before + 1);
  end();
  other();
  pass(10000);
});
