// Each role's day before the real services, with keys and taps counted against what the console is to
// reach, and what goes to and fro held against the OpenAPI; and what happens to people meanwhile: somebody
// is faster, a session ends, a service is killed.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertNoFaults, axeFaults, drafted, goTo, hands, logIn, openPage, settled, startBrowser } from './browser.mjs';
import { Place } from './place.mjs';
import { hasPrism, startPrism } from './prism.mjs';

const LEAK = (at) => [`楼上漏水没人修 ${at}单元`, `柳林小区${at}号楼`]; // goes to the steward of Liulin
const CLERK = 'clerk.steward-liulin', LEADER = 'leader.steward-liulin';

let browser, place, leaks, prism;
before(async () => {
  [place, browser] = await Promise.all([Place.start(), startBrowser()]);
  leaks = await place.submit(Array.from({ length: 210 }, (_, at) => LEAK(at + 1)));
  if (hasPrism()) prism = await startPrism(place);
  await place.submit([['占道经营卖菜', '建设路'], ['小区电梯坏了老人下不了楼', ''], ['路灯不亮一个星期了', ''], ['噪音扰民睡不着', '']]);
});
after(async () => {
  await browser?.close();
  await prism?.close();
  await place?.close();
});

async function at(name, options) {
  const page = await openPage(browser, options);
  await prism?.judge(page);
  await logIn(page, place, name);
  await settled(page);
  return page;
}
const leave = (page) => page.context().close();
const state = async (number) => (await place.show(number)).state;
const atMost = (context, person, most, what) => {
  context.diagnostic(`${what}: ${person.count} (at most ${most})`);
  assert.ok(person.count <= most, `${what} took ${person.count} keys or taps, not ${most}`);
};
const current = (page) => page.locator('.one .number').first().innerText();

test('a dispatcher confirms with one key', async (context) => {
  const page = await at('dispatcher'), person = hands(page);
  await page.waitForSelector('.proposals button.primary');
  const number = await current(page);
  await person.keys('Enter');
  await page.waitForFunction((gone) => !document.querySelector('.one .number')?.textContent.includes(gone), number);
  atMost(context, person, 1, 'confirming');
  await place.until('it is dispatched', async () => await state(number) === 'assigned');
  assertNoFaults(page);
  await leave(page);
});

test('a dispatcher takes a decision back', async () => {
  const page = await at('dispatcher'), person = hands(page);
  await page.waitForSelector('.proposals button.primary');
  const number = await current(page);
  await person.keys('Enter', 'z');
  await page.waitForFunction((back) => document.querySelector('.one .number')?.textContent.includes(back), number);
  // Not held back by the page: it was dispatched, and the dispatch was taken back.
  await place.until('it is back', async () => (await place.show(number)).triage?.state === 'desk_recalled');
  assert.equal(await state(number), 'desk');
  await leave(page);
});

test('a dispatcher makes two tickets of one text, and goes on with the first', async () => {
  const page = await at('dispatcher', { judged: true }), person = hands(page);
  await page.waitForSelector('.proposals button.primary');
  const number = await current(page);
  await person.keys('s');
  await page.waitForSelector('dialog textarea');
  await page.locator('dialog textarea').fill('楼下垃圾没人收');
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(await current(page), number, 'it lies at the desk still');
  assert.match(await place.paidan('--lang', 'en', 'show', number), /split off/);
  assertNoFaults(page);
  await leave(page);
});

test('a dispatcher merges two of the same event with few keys, and undoes it', async (context) => {
  const into = leaks[200].number;
  const page = await at('dispatcher', { judged: true }), person = hands(page);
  await page.waitForSelector('.proposals button.primary');
  const number = await current(page);
  await person.keys('m');
  await page.waitForSelector('#merge-into');
  await page.locator('#merge-into').fill(into);
  await page.waitForSelector('dialog section.other');
  assert.deepEqual(await axeFaults(page), []);
  await person.keys('Enter');
  await page.waitForFunction((gone) => !document.querySelector('.one .number')?.textContent.includes(gone), number);
  atMost(context, person, 2, 'merging, beside the number,');
  await place.until('it is merged', async () => await state(number) === 'merged');
  assert.equal((await place.show(number)).merged_into, into);
  // Its page says where it is worked on, and that ticket's page who belongs to it; from there it comes back.
  await goTo(page, `/tickets/${into}`);
  await page.waitForSelector(`.numbers a[href$="${number}"]`);
  assert.deepEqual(await axeFaults(page), []);
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector(`.head a[href$="${into}"]`);
  await page.locator('.timeline li.news', { hasText: into }).first().waitFor();
  assert.equal(await page.locator('.timeline li.news', { hasText: into }).count(), 1, 'it is told once');
  assert.deepEqual(await axeFaults(page), []);
  await person.keys('m');
  await page.waitForSelector('#note-text');
  await person.keys('Enter');
  await page.waitForSelector('dialog', { state: 'detached' });
  await place.until('it lies at the desk', async () => await state(number) === 'desk');
  await goTo(page, '/desk');
  await page.waitForFunction((first) => document.querySelector('.one .number')?.textContent.includes(first), number);
  assertNoFaults(page);
  await leave(page);
});

test('a dispatcher corrects what a unit has, and merges it with a reason once it is accepted', async () => {
  const { number } = leaks[201], into = leaks[202].number;
  const page = await at('dispatcher', { judged: true }), person = hands(page);
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector('.ticket .facts');
  await person.keys('g');
  await page.waitForSelector('#correct-urgency');
  assert.deepEqual(await axeFaults(page), []);
  await page.locator('#correct-urgency').selectOption('emergency');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('dialog', { state: 'detached' });
  await place.until('it is corrected', async () => (await place.show(number)).urgency === 'emergency');
  await place.paidan('work', 'accept', number, '--unit', 'steward-liulin');
  await page.waitForFunction(() => /签收|办理中|accepted/i.test(document.querySelector('.ticket .first')?.textContent ?? ''));
  await settled(page);
  await person.keys('m');
  await page.locator('#merge-into').fill(into);
  await page.waitForSelector('dialog section.other');
  assert.ok(await page.locator('dialog footer button.primary').isDisabled(), 'no reason yet');
  await page.locator('#merge-note').fill('同一处漏水');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('dialog', { state: 'detached' });
  await place.until('it is merged', async () => (await place.show(number)).merged_into === into);
  await page.waitForSelector(`.head a[href$="${into}"]`);
  assertNoFaults(page);
  await leave(page);
});

test('a dispatcher gives it to another unit with four keys', async (context) => {
  const page = await at('dispatcher'), person = hands(page);
  await page.waitForSelector('.proposals button.primary');
  const number = await current(page);
  await person.keys('u');
  await page.waitForSelector('#choose');
  await person.keys('c', 'g'); // 城管
  await page.waitForSelector('[role=option]');
  await person.keys('Enter');
  atMost(context, person, 4, 'another unit');
  await place.until('it is dispatched', async () => await state(number) === 'assigned');
  assert.equal((await place.show(number)).unit, 'chengguan');
  assertNoFaults(page);
  await leave(page);
});

test('a clerk accepts with one key', async (context) => {
  const page = await at(CLERK), person = hands(page);
  const number = await current(page);
  await person.keys('r');
  atMost(context, person, 1, 'accepting');
  await place.until('it is accepted', async () => await state(number) === 'accepted');
  assertNoFaults(page);
  await leave(page);
});

test('a clerk accepts and resolves on a phone with few taps', async (context) => {
  const page = await at(CLERK, { size: 'phone' }), person = hands(page);
  const first = page.locator('.panel.next');
  await first.waitFor();
  await page.locator('.tiles button').nth(1).click(); // what waits to be accepted
  await page.locator('#unit-list [role=option]').first().waitFor(); // drawn a moment after the tap
  const before = await page.locator('#unit-list [role=option]').count();
  assert.ok(before > 0);
  const accepting = await first.locator('button.primary').first().innerText();
  await person.tap(first.locator('button.primary'));
  await settled(page);
  atMost(context, person, 1, 'accepting');
  await page.locator('.tiles button').nth(2).click();
  // What is next is drawn a moment after the tap.
  await page.waitForFunction((before) => (document.querySelector('.panel.next button.primary')?.innerText ?? before) !== before, accepting);
  person.count = 0;
  const resolving = first.locator('button.primary');
  await person.tap(resolving);
  await page.waitForSelector('dialog[open]');
  await person.tap('dialog[open] .templates button');
  await person.tap('dialog[open] footer button.primary');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  atMost(context, person, 4, 'resolving');
  await place.until('one is resolved', async () => JSON.parse(await place.paidan('--json', 'list', '--state', 'resolved')).tickets.length > 0);
  assertNoFaults(page);
  await leave(page);
});

test('a supervisor urges two hundred with three keys', async (context) => {
  const page = await at('supervisor'), person = hands(page);
  await page.waitForFunction(() => Number(document.querySelector('#board-list [aria-setsize]')?.getAttribute('aria-setsize')) >= 200);
  await person.keys('a', 'u');
  await page.waitForSelector('dialog[open]');
  await person.keys('Enter');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  atMost(context, person, 3, 'urging 200');
  const listed = JSON.parse(await place.paidan('--json', 'list', '--limit', '500')).tickets;
  assert.ok(listed.filter((brief) => brief.urges > 0).length >= 200);
  assertNoFaults(page);
  await leave(page);
});

test('a supervisor sees a ticket move by itself', async () => {
  const page = await at('supervisor');
  const [{ number }] = await place.submit([['楼上漏水没人修 地下室', '柳林小区1号楼']]);
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector('h1, h2');
  await place.paidan('work', 'accept', '--unit', 'steward-liulin', number);
  await page.waitForFunction(() => /签收|办理中/.test(document.querySelector('#main').textContent));
  assertNoFaults(page);
  await leave(page);
});

test('a supervisor lets a category go on that was stopped', async () => {
  await place.paidan('triage', 'withdraw', '--category', 'noise.square', '--note', '先看看');
  const page = await at('supervisor');
  await goTo(page, '/triage');
  const row = page.locator('.list li', { has: page.locator('.mark.bad') }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /人工暂停/);
  await row.getByRole('button', { name: '恢复自动分拨' }).click();
  await page.locator('#note-text').fill('可以了');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.mark.bad', { state: 'detached' });
  const { categories } = JSON.parse(await place.paidan('--json', 'triage', 'stats'));
  assert.equal(categories[0].step, 0);
  assertNoFaults(page);
  await leave(page);
});

test('a hotline operator registers a call with twelve keys beside the text', async (context) => {
  const page = await at('hotline'), person = hands(page);
  await person.type('柳林小区3号楼楼上漏水，天花板都湿了，没有人来修');
  await page.waitForSelector('.tried b');
  person.count++; // Ctrl
  await person.keys('Control+Enter');
  const made = page.locator('.made .huge');
  await made.first().waitFor();
  atMost(context, person, 12, 'call to number');
  const number = await made.first().innerText();
  assert.match(number, /^\d{8}-\d{4,}-\d$/);
  assert.match((await made.nth(1).innerText()).replace(/\s/g, ''), /^[0-9A-Z]{6}$/);
  await place.until('it is dispatched', async () => await state(number) === 'assigned');
  await person.keys('n');
  await page.waitForSelector('#hotline-text');
  assertNoFaults(page);
  await leave(page);
});

test('an operator registers a table by two keys, having seen what is in it', async (context) => {
  const page = await at('hotline'), person = hands(page);
  await goTo(page, '/import');
  await page.waitForSelector('.drop');
  const table = '诉求内容\t发生地点\t联系电话\t来电时间\t天气\n"路灯不亮，""很暗"""\t柳林小区\t13800001111\t2020/3/4 8:05\t晴\n楼上漏水\t柳林小区2号楼\t\t前天\t\n\t柳林小区\t\t\t\n';
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), person.keys('o')]);
  await chooser.setFiles({ name: '来电.tsv', mimeType: 'text/tab-separated-values', buffer: Buffer.from(table) });
  await page.waitForSelector('#import-list [role=option]');
  assert.equal(await page.locator('#import-list [role=option]').count(), 3);
  const text = await page.innerText('#main');
  for (const said of [/没有诉求/, /时间看不懂/, /路灯不亮，"很暗"/, /天气/]) assert.match(text, said);
  await person.keys('r');
  await page.waitForFunction(() => (document.querySelector('#import-list').textContent.match(/\d{8}-\d{4,}-\d/g) ?? []).length === 2);
  atMost(context, person, 2, 'registering a table');
  assertNoFaults(page);
  await leave(page);
});

test('two clerks take the same ticket: one has it, the other is told', async () => {
  const { number } = leaks[150];
  const pages = await Promise.all([CLERK, LEADER].map((name) => at(name)));
  for (const page of pages) await goTo(page, `/tickets/${number}`);
  await Promise.all(pages.map((page) => page.waitForFunction(() => document.querySelector('[role=toolbar] button'))));
  await Promise.all(pages.map((page) => page.keyboard.press('r')));
  await place.until('it is accepted', async () => await state(number) === 'accepted');
  const history = (await place.show(number)).history ?? [];
  assert.equal(history.filter((fact) => fact.accepted).length, 1);
  for (const page of pages) {
    await page.waitForFunction(() => /办理中|签收/.test(document.querySelector('#main').textContent));
    await leave(page);
  }
});

test('a session that ends costs no word', async () => {
  const page = await at(CLERK, { tolerate: /401|403|Failed to load/ });
  const { number } = leaks[151];
  await place.paidan('work', 'accept', '--unit', 'steward-liulin', number);
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector('[role=toolbar] button');
  await page.keyboard.press('p');
  await page.waitForSelector('#deed-note');
  await page.fill('#deed-note', '已经上门看过，明天来修');
  await page.context().clearCookies();
  await page.click('dialog[open] footer button.primary');
  await page.waitForSelector('dialog.login[open] #login-password');
  await page.fill('#login-password', place.passwordOf(CLERK));
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog.login[open]', { state: 'detached' });
  assert.equal(await page.inputValue('#deed-note').catch(() => 'sent'), '已经上门看过，明天来修');
  await page.click('dialog[open] footer button.primary');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  await place.until('the progress is there', async () => /明天来修/.test(await place.paidan('--lang', 'zh', 'show', number)));
  await leave(page);
});

// The gateway asks for somebody's roles once a minute.
test('whose roles are changed while he works is taken where he may be', { timeout: 240000 }, async () => {
  const page = await at(LEADER, { tolerate: /403|Failed to load/ });
  const turns = async (paths, done) => {
    for (let tries = 0; tries < 100 && !(await page.evaluate(done)); tries++) {
      await page.evaluate((to) => { location.hash = `#${to}`; }, paths[tries % paths.length]);
      await page.waitForTimeout(1000);
    }
    assert.ok(await page.evaluate(done));
  };
  await place.paidan('access', 'role', '--role', 'leader', '--unit', 'steward-liulin', 'revoke', LEADER);
  await turns(['/requests', '/board'], () => location.hash === '#/account' && document.querySelectorAll('.rail a').length === 0);
  assertNoFaults(page);
  await leave(page);
});

test('who may not see a ticket is told, and its stream is not asked for again', async () => {
  const page = await at(CLERK, { tolerate: /40[34]|Failed to load/ });
  const { number } = (await place.submit([['占道经营卖菜的又来了', '建设路']]))[0];
  const asked = [];
  page.on('request', (request) => { if (/events\?topic=ticket/.test(request.url())) asked.push(request.url()); });
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector('.line.refused');
  const { length } = asked;
  await page.waitForTimeout(8000);
  assert.equal(asked.length, length);
  assert.doesNotMatch(await page.innerText('#main'), /占道/);
  await goTo(page, '/unit');
  await page.waitForSelector('.line.live');
  assertNoFaults(page);
  await leave(page);
});

test('a service that is killed while a form is open costs no word and does nothing twice', async () => {
  const page = await at(CLERK, { tolerate: /50\d|Failed to load|net::/ });
  const { number } = leaks[152];
  await place.paidan('work', 'accept', '--unit', 'steward-liulin', number);
  await goTo(page, `/tickets/${number}`);
  await page.waitForSelector('[role=toolbar] button');
  await page.keyboard.press('p');
  await page.fill('#deed-note', '配件已经订了');
  // Typed, and the page lost: it is there again.
  await drafted(page, '配件已经订了');
  await page.reload();
  await page.waitForSelector('[role=toolbar] button');
  await page.keyboard.press('p');
  assert.equal(await page.inputValue('#deed-note'), '配件已经订了');
  place.kill('escalation');
  place.kill('gateway');
  for (let tries = 0; tries < 30 && await page.locator('dialog[open] footer button.primary').count(); tries++) {
    await page.locator('dialog[open] footer button.primary').click({ timeout: 2000 }).catch(() => {});
    await page.waitForTimeout(1000);
  }
  assert.equal(await page.locator('dialog[open]').count(), 0, 'it was never sent');
  await place.until('the progress is there', async () => /配件已经订了/.test(await place.paidan('--lang', 'zh', 'show', number)));
  assert.equal((await place.paidan('--lang', 'zh', 'show', number)).split('配件已经订了').length - 1, 1);
  await leave(page);
});

test('the real pages pass axe', async () => {
  for (const [name, paths] of [['supervisor', ['/board', `/tickets/${leaks[150].number}`]], [CLERK, ['/unit']], ['dispatcher', ['/desk']], ['hotline', ['/callbacks']], ['system', ['/people', '/health']]]) {
    const page = await at(name, { judged: true });
    for (const path of paths) {
      await goTo(page, path);
      assert.deepEqual(await axeFaults(page), [], `${name} ${path}`);
    }
    assertNoFaults(page);
    await leave(page);
  }
});

test('what the console asks and is answered is as published', { skip: hasPrism() ? false : 'Prism is not installed' }, (context) => {
  context.diagnostic(`${prism.seen.exchanges} requests of ${prism.seen.operations.size} kinds went through Prism: ${[...prism.seen.operations].sort().join(', ')}`);
  assert.ok(prism.seen.operations.size > 20);
});
