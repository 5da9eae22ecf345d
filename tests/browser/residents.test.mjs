// Residents, who have a telephone and no script: report, look up, say more, ask again; and the screen in a hall.
// All pages by axe and by the checker of HTML, in both languages.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LANGUAGES, SIZES, axeFaults, hands, isTooWide, picture, startBrowser } from './browser.mjs';
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
  context.setDefaultTimeout(90000); // says only when to give up
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

// What somebody holds who has reported: {number, code}, read from the page that says so.
async function report(page, person, { text, photo }) {
  await page.goto(`${place.origin}/report`);
  await page.fill('#text', text);
  if (photo) await page.setInputFiles('#photo', photo);
  await person.tap('#main form button');
  const told = await page.innerText('#main');
  const number = /\d{8}-\d{4,}-\d/.exec(told)?.[0], code = /[0-9A-Z]{3} ?[0-9A-Z]{3}/.exec(told.replace(number ?? '', ''))?.[0].replace(' ', '');
  assert.ok(number && code, told);
  return { number, code };
}
const said = (page) => page.innerText('#main .note');
const atMost = (context, person, most, what) => {
  context.diagnostic(`${what}: ${person.count} taps (at most ${most})`);
  assert.ok(person.count <= most, `${what} took ${person.count} taps, not ${most}`);
};
/** Opens what is folded, writes, and sends: two taps. */
async function act(page, person, what, text) {
  const form = page.locator('details', { has: page.locator(`input[name=do][value=${what}]`) });
  await person.tap(form.locator('summary'));
  if (text) await form.locator('textarea').fill(text);
  await person.tap(form.locator('button'));
}
const until = (number, state) => place.until(`${number} is ${state}`, async () => (await place.show(number)).state === state);

// The smallest picture there is; what it is, the first bytes say.
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

test('a resident reports with a photo in one tap; who works on it sees the photo', async (context) => {
  const page = await telephone(), person = hands(page);
  const made = await report(page, person, { text: '柳林小区6号楼楼上漏水没人修', photo: { name: 'photo.png', mimeType: 'image/png', buffer: PICTURE } });
  atMost(context, person, 1, 'reporting');
  await until(made.number, 'assigned');
  assert.match(await place.paidan('--json', 'show', made.number), /photo|media|[0-9a-f]{64}/);
  await page.context().close();
});

test('a resident sends what is no photo: nothing is lost, and the page says why', async () => {
  const page = await telephone();
  await page.goto(`${place.origin}/report`);
  await page.fill('#text', '柳林小区7号楼楼上漏水没人修');
  await page.setInputFiles('#photo', { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture at all') });
  await page.locator('#main form button').first().click();
  assert.match(await page.innerText('#main [role=alert]'), /照片/);
  assert.match(await page.inputValue('#text'), /7号楼/);
  await page.context().close();
});

test('a resident supplements, asks for haste and takes it back, two taps each', async (context) => {
  const page = await telephone(), person = hands(page);
  const made = await report(page, person, { text: '柳林小区8号楼楼上漏水没人修' });
  await until(made.number, 'assigned');
  await lookUp(page, made);
  for (const [what, text, told] of [['supplement', '今天漏得更厉害了', /已经补充/], ['chase', '', /已经催了/]]) {
    person.count = 0;
    await act(page, person, what, text);
    atMost(context, person, 2, what);
    assert.match(await said(page), told);
  }
  await place.until('the unit sees both', async () => {
    const shown = await place.paidan('--lang', 'zh', 'show', made.number);
    return /补充/.test(shown) && (await place.show(made.number)).chases >= 1;
  });
  person.count = 0;
  await act(page, person, 'withdraw', '自己修好了');
  atMost(context, person, 2, 'withdraw');
  assert.match(await said(page), /已经撤回/);
  await until(made.number, 'withdrawn');
  // And nothing more can be done with it.
  await lookUp(page, made);
  assert.equal(await page.locator('#main input[name=do]').count(), 0);
  await page.context().close();
});

test('a resident answers the callback with three taps', async (context) => {
  const page = await telephone(), person = hands(page);
  const made = await report(page, person, { text: '柳林小区9号楼楼上漏水没人修' });
  await until(made.number, 'assigned');
  await place.paidan('work', 'accept', '--unit', 'steward-liulin', made.number);
  await place.paidan('work', 'resolve', '--unit', 'steward-liulin', '--note', '已上门更换水管，不再漏水', made.number);
  await place.until('it is asked about', async () => { await lookUp(page, made); return await page.locator('input[name=solved]').count() > 0; });
  person.count = 0;
  await person.tap('input[name=solved][value=yes]');
  await person.tap('input[name=satisfied][value=yes]');
  await person.tap(page.locator('form', { has: page.locator('input[name=do][value=answer]') }).locator('button'));
  atMost(context, person, 3, 'answering');
  assert.match(await said(page), /谢谢您的评价/);
  await until(made.number, 'closed');
  await page.context().close();
});

// In the words of a parcel: what is to come on top, then what happened, the newest first; who has it, by name and level.
test('the way of a ticket fits the narrowest telephone, whatever became of it', async () => {
  const page = await telephone({ judged: true }), faults = [];
  await page.setViewportSize({ width: 360, height: 780 });
  const made = {};
  for (const [name, building] of [['assigned', 21], ['accepted', 22], ['head', 23], ['member', 23], ['whole', 24], ['returned', 25], ['withdrawn', 26]]) {
    [made[name]] = await place.submit([[name === 'whole' ? '楼上太吵垃圾没人收' : '楼上漏水没人修', `柳林小区${building}号楼`]]);
  }
  const paidan = (...words) => place.paidan(...words);
  await paidan('merge', made.member.number, '--into', made.head.number);
  for (const name of ['accepted', 'head']) await paidan('work', 'accept', '--unit', 'steward-liulin', made[name].number);
  await paidan('split', made.whole.number, '--part', '楼上太吵=noise', '--part', '垃圾没人收=cleaning.garbage');
  await paidan('work', 'return', '--unit', 'steward-liulin', '--note', '王五说不归我们管', made.returned.number);
  await paidan('withdraw', made.withdrawn.number);
  const expected = {
    assigned: [/^预计 .+ 前办好\n预计 .+ 前，柳林社区小区管家开始办理\n/, /承办单位\s+柳林社区小区管家（楼栋\/小区）/],
    accepted: [/^预计 .+ 前办好\n预计 .+ 前，柳林社区小区管家和您联系\n/, /柳林社区小区管家正在办理/],
    member: [/^预计 .+ 前办好\n[^]*并入该件一并办理/, /并案一起办理，办好后会来问您。柳林社区小区管家正在办理/],
    whole: [/收到您的反映/, /分开办理的/],
    returned: [/接下来：确定由哪个单位办理\n/, /正在重新确定由哪个单位办理/],
    withdrawn: [/^\d{4}-\d\d-\d\d \d\d:\d\d\n您撤回了/, /您已经撤回/],
  };
  for (const [name, [way, whole]] of Object.entries(expected)) {
    await place.until(`${name} says so`, async () => {
      await lookUp(page, made[name]);
      return way.test((await page.innerText('#main .story')).replace(/\n+/g, '\n')) && whole.test(await page.innerText('#main'));
    }).catch(async (error) => assert.fail(`${error.message}: ${await page.innerText('#main')}`));
    await picture(page, `way-${name}-narrow-zh`);
    if (await isTooWide(page)) faults.push(`${name}: wider than the window`);
    faults.push(...(await axeFaults(page)).map((each) => `${name}: ${each}`));
    // Nobody's name, no note between units, no word of ours.
    assert.doesNotMatch(await page.content(), /王五|steward-liulin|STATE_|ASSIGNED/);
  }
  // The parts by a press, with the same code; and back.
  await lookUp(page, made.whole);
  await page.locator('#main dd form button').first().click();
  assert.match(await page.innerText('#main'), /拆分自/);
  await page.locator('#main dd form button').first().click();
  assert.match(await page.innerText('#main .facts'), new RegExp(made.whole.number));
  // The other language is the same page.
  await lookUp(page, made.member);
  await page.locator('.lang button, .lang a').first().click();
  assert.match(await page.innerText('#main .story'), /Expected to be done by/);
  await picture(page, 'way-member-narrow-en');
  if (await isTooWide(page)) faults.push('member, en: wider than the window');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a wrong number and a wrong code say the same', async () => {
  const [other] = await place.submit([['路灯不亮', '柳林小区']]);
  const page = await telephone(), heard = [];
  const far = known.number.replace(/^\d{4}/, '2031');
  for (const tried of [{ number: known.number, code: 'ZZZZZZ' }, { number: known.number, code: other.code }, { number: far, code: known.code }, { number: known.number.replace(/-\d+-/, '-9999-'), code: known.code }]) {
    await lookUp(page, tried);
    heard.push((await page.innerText('#main')).replace(tried.number, ''));
    assert.doesNotMatch(heard.at(-1), /漏水|已派|柳林/);
  }
  assert.equal(new Set(heard).size, 1, heard.join('\n---\n'));
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
