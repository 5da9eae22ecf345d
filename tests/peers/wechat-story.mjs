// wechat-story.mjs PLATFORM DOOR PHASE [ARG]: what residents and strangers do to paidan-wechat through the
// stand-in of the platforms (wechat-platform.mjs). A phase prints what it found; exits 1 with the reason
// when something is not as it must be. tests/integration/wechat.sh runs them, and kills in between.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Platform, remote } from './wechat-platform.mjs';

const [, , base, door, phase, argument] = process.argv;
const require = createRequire(import.meta.url);
process.removeAllListeners('warning');
process.on('warning', () => {});
const wecom = require('@wecom/crypto');
const platform = remote(base);
const NUMBER = /\d{8}-\d{4,8}-\d/;
const hex = (bytes) => randomBytes(bytes).toString('hex');
const text = (content, more = {}) => ({ kind: 'text', content, ...more });
const accounts = await platform.get('accounts');
const account = (code) => accounts.find((one) => one.code === code);

// What somebody is answered at once, or else sent a little later.
async function say(code, person, message, wanted = '') {
  const from = (await platform.sent(person)).length;
  const answer = await platform.say(code, person, message);
  assert.equal(answer.status, 200, `${code}: ${JSON.stringify(answer)}`);
  if (answer.text !== '' && new RegExp(wanted, 'u').test(answer.text)) return { ...answer, way: 'passive' };
  const sent = await platform.awaitSent(person, wanted, 15000, from);
  assert.notEqual(sent, null, `${code}: ${person} heard nothing like /${wanted}/ after "${message.content}"; passive: "${answer.text}"`);
  return { ...answer, ...sent };
}

const phases = {
  // Addresses are checked as operators do it, in each platform's way.
  async addresses() {
    for (const { code } of accounts) {
      const right = await platform.check(code, '5927782489442352469');
      assert.equal(right.status, 200, code);
      assert.equal(right.text, right.echo, code);
      const wrong = await platform.check(code, '1', { signature: 'a'.repeat(40) });
      assert.equal(wrong.status, 403, code);
      assert.equal(wrong.text, '');
    }
    const nowhere = await fetch(`${door}/wechat/nobody?signature=a&timestamp=1&nonce=1&echostr=1`);
    assert.equal(nowhere.status, 404);
    const other = await fetch(`${door}/wechat/official`, { method: 'PUT', body: 'x' });
    assert.equal(other.status, 405);
    return `${accounts.length} addresses`;
  },

  // As many messages each way against each of the two packages: what they seal we open, what we seal both open.
  async envelopes() {
    const each = Number(argument ?? 200);
    let replies = 0;
    for (const turn of [0, 1]) {
      for (let index = 0; index < each; index++) {
        const person = `o${hex(8)}`;
        const answer = await platform.say('official', person, text('帮助' + ' '.repeat(index % 40)), { turn });
        assert.equal(answer.status, 200, JSON.stringify(answer));
        if (answer.text !== '') replies++;
      }
    }
    assert.equal(replies, 2 * each, 'a call for help is answered at once');
    return `${2 * each} messages opened, ${replies} replies opened by both packages`;
  },

  // What nobody may be let in with.
  async strangers() {
    const official = account('official');
    const person = `o${hex(8)}`;
    const seconds = Math.floor(Date.now() / 1000);
    const plain = (content = '路灯坏了') => `<xml><ToUserName>gh</ToUserName><FromUserName>${person}</FromUserName><CreateTime>${seconds}</CreateTime><MsgType>text</MsgType><Content>${content}</Content><MsgId>${BigInt(`0x${hex(7)}`)}</MsgId></xml>`;
    const seal = (message, { key = official.key, id = official.id, token = official.token, at = seconds, nonce = hex(4) } = {}) => {
      const cipher = wecom.encrypt(key, message, id);
      const query = new URLSearchParams({ timestamp: at, nonce, encrypt_type: 'aes', msg_signature: wecom.getSignature(token, String(at), nonce, cipher) });
      return { url: `${official.url}?${query}`, body: `<xml><ToUserName>gh</ToUserName><Encrypt>${cipher}</Encrypt></xml>`, cipher };
    };
    const post = async ({ url, body }) => (await fetch(url, { method: 'POST', body })).status;
    const expect = async (what, request, status) => assert.equal(await post(request), status, what);

    await expect('right', seal(plain()), 200);
    await expect('299 s old', seal(plain(), { at: seconds - 295 }), 200);
    await expect('301 s old', seal(plain(), { at: seconds - 302 }), 403);
    await expect('6 min ahead', seal(plain(), { at: seconds + 360 }), 403);
    await expect('another token', seal(plain(), { token: 'another' }), 403);
    await expect('another AppId', seal(plain(), { id: 'wx0000000000000000' }), 403);
    await expect('no AppId', seal(plain(), { id: '' }), 403);
    await expect('another key', seal(plain(), { key: 'B'.repeat(43) }), 400);
    const altered = seal(plain());
    altered.body = altered.body.replace(altered.cipher, `${altered.cipher.slice(0, 40)}${altered.cipher[40] === 'A' ? 'B' : 'A'}${altered.cipher.slice(41)}`);
    await expect('an altered byte', altered, 403);
    const moved = seal(plain());
    moved.url = moved.url.replace(/nonce=[^&]*/, 'nonce=other');
    await expect('a nonce of another', moved, 403);
    await expect('plain in 安全模式', { url: `${official.url}?${new URLSearchParams({ timestamp: seconds, nonce: '1', signature: wecom.getSignature(official.token, String(seconds), '1', '') })}`, body: plain() }, 403);
    await expect('nothing at all', { url: official.url, body: '' }, 400);
    await expect('no seal', { url: official.url, body: seal(plain()).body }, 400);
    await expect('DOCTYPE outside', { ...seal(plain()), body: `<!DOCTYPE x [<!ENTITY a "b">]>${seal(plain()).body}` }, 400);
    await expect('DOCTYPE inside', seal(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${plain('&a;')}`), 400);
    await expect('entities', seal(plain('&lol;')), 400);
    await expect('depth', seal(plain(`${'<a>'.repeat(40)}${'</a>'.repeat(40)}`)), 400);
    await expect('elements', seal(plain('<a/>'.repeat(5000))), 400);
    await expect('no XML', seal('hello'), 400);
    await expect('not UTF-8', seal(Buffer.from([0xff, 0xfe]).toString('latin1')), 400);
    await expect('no sender', seal('<xml><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>'), 400);
    let large;
    try {
      large = await post({ url: official.url, body: 'x'.repeat(20 << 20) });
    } catch {
      large = 413; // hung up on while it was still being sent
    }
    assert.equal(large, 413, '20 MB');
    await expect('afterwards', seal(plain()), 200);
    return '24 kinds of strangers';
  },

  // The same message again gets the same answer; its id with other words is refused.
  async again() {
    const person = `o${hex(8)}`;
    const first = await platform.say('official', person, text('帮助'));
    assert.notEqual(first.text, '');
    for (let index = 0; index < 2; index++) {
      const once_more = await platform.again('official', first.plain);
      assert.equal(once_more.status, 200);
      assert.equal(once_more.text, first.text);
    }
    const forged = await platform.again('official', first.plain.replace('帮助', '我的'));
    assert.equal(forged.status, 409);
    const event = await platform.say('official', person, { kind: 'event', event: 'subscribe' });
    const event_again = await platform.again('official', event.plain);
    assert.equal(event_again.text, event.text, 'an event has no MsgId');
    return 'repetitions are known';
  },

  // ARG: account, person, number. Waits for the question and answers it by the menu's own id where there is
  // one, else by the digit.
  async callback() {
    const [code, person, number] = argument.split(' ');
    const asked = await platform.awaitSent(person, `${number}.*解决了吗`, 60000);
    assert.notEqual(asked, null, `${person} is not asked about ${number}`);
    const first = asked.menu === undefined ? text('1') : text(asked.menu[0].content, { menu: asked.menu[0].id });
    const second = await say(code, person, first, '满意');
    const choice = second.menu === undefined ? text('1') : text(second.menu[0].content, { menu: second.menu[0].id });
    await say(code, person, choice, '谢谢');
    // Tapped once more: nothing is answered twice.
    await say(code, person, first);
    return `${number} is answered by ${asked.menu === undefined ? 'a digit' : 'a tap'}`;
  },

  // Every error has its own end: a way that is closed is left for another, one that is busy is tried again.
  // Drafts end by themselves, so numbers go out as messages of our own accord.
  async refusals() {
    const words = '锦绣苑3号楼水管漏水，楼道里都是水';
    const phone = `139${String(Date.now()).slice(-8)}`;
    const [gone, full, busy] = [`o${hex(8)}`, `o${hex(8)}`, `u${hex(6)}`];
    await say('official', gone, text(`${words}，电话${phone}`));
    await platform.personSet('official', gone, { follows: false }); // 43004: the SMS hook
    assert.equal((await platform.consent('official', full, 'tpl-progress')).status, 200);
    await say('official', full, text(words));
    await platform.personSet('official', full, { custom: 5 }); // 45047: the notice that was consented to
    await say('wecom', busy, text(words));
    await new Promise((done) => setTimeout(done, 5000));
    await platform.set({ errors: { 'POST /cgi-bin/message/send': [-1, 45011, 500] } });
    const [by_sms, by_notice, at_last] = await Promise.all([
      platform.awaitSent(phone, NUMBER.source, 60000),
      platform.awaitSent(full, NUMBER.source, 60000),
      platform.awaitSent(busy, NUMBER.source, 60000),
    ]);
    assert.equal(by_sms?.way, 'sms');
    assert.equal(by_notice?.way, 'notice');
    assert.equal(at_last?.way, 'application');
    await new Promise((done) => setTimeout(done, 3000));
    for (const person of [phone, full, busy]) {
      const told = (await platform.sent(person)).filter((item) => NUMBER.test(item.text));
      assert.equal(told.length, 1, `${person}: ${JSON.stringify(told)}`);
    }
    return '43004 by SMS, 45047 by notice, -1 and 45011 again';
  },

  // The token ends in the middle: nobody notices.
  async tokens() {
    await platform.tokensVoid();
    const asked = await platform.get('tokensAsked');
    const person = `u${hex(6)}`;
    await say('wecom', person, text('锦绣苑5号楼电梯坏了，老人出不了门'));
    await say('wecom', person, text('好了'), NUMBER.source);
    return `${asked} tokens asked for`;
  },

  // Reports while the service is killed all the time: each message is answered in the end, by one number.
  async killed() {
    const count = Number(argument ?? 40);
    const numbers = new Map();
    for (let index = 0; index < count; index++) {
      const person = `o${hex(8)}`;
      const content = `锦绣苑${index % 9 + 1}号楼着火了，三楼有人被困 ${index}`;
      let answer = await platform.say('official', person, text(content));
      const { plain } = answer;
      // Three times in vain: the platform itself would give up here.
      for (let turn = 0; answer.status !== 200 && turn < 30; turn++) {
        await new Promise((done) => setTimeout(done, 300));
        answer = await platform.again('official', plain);
      }
      assert.equal(answer.status, 200, JSON.stringify(answer));
      const said = NUMBER.test(answer.text) ? answer : await platform.awaitSent(person, NUMBER.source, 60000);
      assert.notEqual(said, null, `${person} never got a number`);
      const number = said.text.match(NUMBER)[0];
      assert.ok(!numbers.has(number), `${number} twice`);
      numbers.set(number, person);
      const once_more = await platform.again('official', plain);
      if (once_more.status === 200 && NUMBER.test(once_more.text)) assert.equal(once_more.text.match(NUMBER)[0], number);
    }
    return `${numbers.size} messages, ${numbers.size} numbers`;
  },

  // Nobody answers at the platform's interface: messages wait in the outbox.
  async away() {
    const person = `u${hex(6)}`;
    await platform.set({ away: true });
    await platform.say('wecom', person, text('锦绣苑6号楼下水道堵了，臭气很大'));
    await new Promise((done) => setTimeout(done, 15000)); // the draft ends by itself: its number must be sent
    assert.equal((await platform.sent(person)).length, 0);
    await platform.set({ away: false });
    const sent = await platform.awaitSent(person, NUMBER.source, 90000);
    assert.notEqual(sent, null, 'it was never sent');
    await new Promise((done) => setTimeout(done, 3000));
    const all = (await platform.sent(person)).filter((item) => NUMBER.test(item.text));
    assert.equal(all.length, 1, JSON.stringify(all));
    return 'sent once it was back';
  },

  // So many messages a second for so many seconds ("200x20"), each from another person, a third of them
  // reports that are filed at once. Prints how long answers took, from when each was due to be sent.
  async load() {
    const [rate, seconds] = (argument ?? '200x10').split('x').map(Number);
    const sender = new Platform(accounts);
    const took = [];
    const failed = [];
    const under_way = [];
    const begun = performance.now();
    for (let index = 0; index < rate * seconds; index++) {
      const due = begun + index * 1000 / rate;
      const early = due - performance.now();
      if (early > 0) await new Promise((done) => setTimeout(done, early));
      const content = index % 3 === 0 ? `锦绣苑${index % 9 + 1}号楼着火了，三楼有人被困` : '帮助';
      under_way.push(sender.say('official', `o${hex(8)}`, text(content)).then((answer) => {
        took.push(performance.now() - due);
        if (answer.status !== 200 || answer.attempts !== 1) failed.push(answer);
      }));
    }
    await Promise.all(under_way);
    took.sort((one, other) => one - other);
    const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1);
    assert.equal(failed.length, 0, JSON.stringify(failed[0]));
    return `messages ${took.length} rate ${rate} p50_ms ${at(0.5)} p99_ms ${at(0.99)} max_ms ${at(1)}`;
  },

  // A resident comes by the account's menu to his own tickets; ARG: person and number of one.
  async mine() {
    const [person, number] = (argument ?? ' ').split(' ');
    const begin = async () => {
      const gone = await fetch(`${door}/wechat/official/mine`, { redirect: 'manual' });
      assert.equal(gone.status, 302);
      const login = new URL(gone.headers.get('location'));
      assert.equal(login.searchParams.get('appid'), account('official').id);
      assert.equal(login.searchParams.get('scope'), 'snsapi_base');
      return login.searchParams.get('state');
    };
    const come = async (code, state) => {
      const response = await fetch(`${door}/wechat/official/mine?${new URLSearchParams({ code, state })}`);
      return { status: response.status, page: await response.text() };
    };
    const state = await begin();
    const code = await platform.oauthCode('official', person);
    const { status, page } = await come(code, state);
    assert.equal(status, 200);
    assert.ok(page.includes(number), `the page does not name ${number}: ${page}`);
    assert.match(page, /<form [^>]*method="post" action="\/t/);
    const other = await come(await platform.oauthCode('official', `o${hex(8)}`), await begin());
    assert.equal(other.status, 200);
    assert.ok(!other.page.includes(number), 'somebody else sees it');
    assert.equal((await come(code, state)).status, 403, 'a code is good once');
    assert.equal((await come(await platform.oauthCode('official', person), '1.2')).status, 403, 'a mark of nobody');
    return 'his own tickets, nobody else sees them';
  },

  // A whole dialogue to a ticket, in the account's mode. Prints person and number.
  async report() {
    const code = argument ?? 'official';
    const person = account(code).platform === 'official' ? `o${hex(8)}` : `u${hex(6)}`;
    const words = '锦绣苑3号楼楼道灯坏了好几天，晚上老人上下楼很不方便';
    let answer;
    if (account(code).platform === 'robot') {
      // In a group what is said to the robot is filed at once, and nobody but the number is told.
      answer = await say(code, person, text(`@派单 ${words}`, { chat: `c${hex(6)}` }), NUMBER.source);
      assert.doesNotMatch(answer.text, /查询码/);
    } else {
      await say(code, person, text(words));
      answer = await say(code, person, text('好了'), NUMBER.source);
      assert.match(answer.text, /查询码/);
    }
    return `${person} ${answer.text.match(NUMBER)[0]} ${answer.way}`;
  },
};

const found = await phases[phase]();
console.log(found);
process.exit(0); // connections are kept open
