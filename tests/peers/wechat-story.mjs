// wechat-story.mjs PLATFORM DOOR PHASE [ARG]: what residents and strangers do to paidan-wechat through the
// stand-in of the platforms (deploy/trial/wechat-platform.mjs). A phase prints what it found; exits 1 with the reason
// when something is not as it must be. tests/integration/wechat.sh runs them, and kills in between.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Platform, remote } from '../../deploy/trial/wechat-platform.mjs';

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
    for (const { code } of accounts.filter((one) => one.connect === undefined)) {
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
    await expect('6 min behind', seal(plain(), { at: seconds - 360 }), 403);
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
    // The others are sealed always: each judges its seal as an official account does.
    for (const code of ['wecom', 'robot']) {
      const right = await platform.say(code, person, text('帮助'));
      assert.equal(right.status, 200, code);
      for (const [what, seal] of [['clock off by 6 min', { timestamp: seconds - 360 }], ['6 min ahead', { timestamp: seconds + 360 }],
        ['another\'s signature', { signature: 'b'.repeat(40) }], ['another id', { id: 'ww0000000000000000', turn: 1 }]]) {
        assert.equal((await platform.again(code, right.plain, seal)).status, 403, `${code}: ${what}`);
      }
    }
    return '33 kinds of strangers';
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

  // What people send that is no sentence, and what comes late. Prints the number of a report whose messages came in the
  // wrong order.
  async odd() {
    const person = `o${hex(8)}`;
    const at = Math.floor(Date.now() / 1000);
    for (const noise of ['😀😀👍', '🈚️', '。。。']) await say('official', person, text(noise), '请用一句话');
    await say('official', person, { kind: 'voice', media: 'v', format: 'amr' }, '打字');
    await say('official', person, { kind: 'video', media: 'v', thumb: 't' }, '一句话');
    const late = `o${hex(8)}`;
    await platform.say('official', late, text('锦绣苑1号楼后来又漏到二楼', { sent: at }));
    await platform.say('official', late, text('锦绣苑1号楼先是水管裂了', { sent: at - 40 }));
    const answer = await say('official', late, text('好了'), NUMBER.source);
    // A picture alone is a report too: its sender is asked, and it is filed all the same.
    const shown = `o${hex(8)}`;
    await say('official', shown, { kind: 'image', url: 'http://mmbiz.example.invalid/3' }, '一句话');
    assert.notEqual(await platform.awaitSent(shown, NUMBER.source, 40000), null, 'a picture alone is not filed');
    return answer.text.match(NUMBER)[0];
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

  // ARG: a picture's file. Pictures and voices of every account become files of ours,
  // which the tickets name; the first ways to them fail. Prints number and account of each ticket.
  async pictures() {
    const picture = readFileSync(argument).toString('base64');
    const amr = Buffer.concat([Buffer.from('#!AMR\n'), ...Array.from({ length: 50 }, () => Buffer.from([0x3c, ...Buffer.alloc(31)]))]).toString('base64');
    const found = [];
    const file = async (code, person, message, label = code) => {
      await platform.say(code, person, message);
      const answer = await say(code, person, text('好了'), NUMBER.source);
      found.push(`${answer.text.match(NUMBER)[0]} ${label}`);
    };
    await platform.set({ errors: { 'GET /cgi-bin/media/get': [-1, 40001] } });
    for (const code of ['official', 'compatible', 'wecom']) {
      const person = code === 'wecom' ? `u${hex(6)}` : `o${hex(8)}`;
      const id = `media-${hex(8)}`;
      await platform.mediaPut(id, 'image/jpeg', picture);
      await platform.say(code, person, { kind: 'image', media: id, url: 'http://mmbiz.example.invalid/1' });
      await file(code, person, text('锦绣苑2号楼外墙掉砖'));
    }
    const spoken = `o${hex(8)}`;
    await platform.mediaPut(`voice-${spoken}`, 'audio/amr', amr);
    await file('official', spoken, { kind: 'voice', media: `voice-${spoken}`, format: 'amr', recognition: '锦绣苑7号楼电梯坏了' });
    // A group: two pictures beside the words, one with a key of its own.
    const other = randomBytes(33).toString('base64').replace(/[^A-Za-z0-9]/g, 'a').slice(0, 42) + 'A';
    const grouped = { kind: 'mixed', chat: `c${hex(6)}`, content: '@派单 锦绣苑8号楼井盖没了',
      images: [{ url: await platform.filePut('robot', picture) }, { url: await platform.filePut('robot', picture, other), aeskey: `${other}=` }] };
    const answer = await say('robot', `u${hex(6)}`, grouped, NUMBER.source);
    found.push(`${answer.text.match(NUMBER)[0]} robot`);
    // One that is no picture at all: its sender is asked to send it again, and the ticket is there all the same.
    const lost = `o${hex(8)}`;
    await platform.mediaPut(`lost-${lost}`, 'image/jpeg', Buffer.from('no picture').toString('base64'));
    await platform.say('official', lost, { kind: 'image', media: `lost-${lost}`, url: 'http://mmbiz.example.invalid/2' });
    await file('official', lost, text('锦绣苑9号楼路灯不亮'), 'lost');
    assert.notEqual(await platform.awaitSent(lost, '图片没能取到', 30000), null, 'nobody says that the picture is lost');
    return found.join('\n');
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

  // Reports that are taken while nobody can answer them with a number; prints who sent them.
  async silent() {
    const people = [];
    for (let index = 0; index < Number(argument ?? 10); index++) {
      const person = `u${hex(8)}`;
      let answer = await platform.say('wecom', person, text(`锦绣苑${index % 9 + 1}号楼着火了，三楼有人被困 ${index}`));
      const { plain } = answer;
      for (let turn = 0; answer.status !== 200 && turn < 100; turn++) {
        await new Promise((done) => setTimeout(done, 300));
        answer = await platform.again('wecom', plain);
      }
      assert.equal(answer.status, 200, JSON.stringify(answer));
      people.push(person);
    }
    return people.join(' ');
  },

  // Each of them was sent one number, each another one.
  async numbers() {
    const numbers = new Set();
    for (const person of argument.split(' ')) {
      const said = await platform.awaitSent(person, NUMBER.source, 90000);
      assert.notEqual(said, null, `${person} never got a number`);
      const told = new Set((await platform.sent(person)).flatMap((item) => item.text.match(new RegExp(NUMBER, 'g')) ?? []));
      assert.equal(told.size, 1, `${person}: ${[...told]}`);
      numbers.add([...told][0]);
    }
    assert.equal(numbers.size, argument.split(' ').length);
    return `${numbers.size} numbers`;
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

  // ---- a robot's connection; ARG: its account ----

  // The platform's own client is served by the stand-in as we are, so what the stand-in asks of us is what that
  // client does: it subscribes with a bot of its own, is pushed a message, answers, speaks by itself.
  async client() {
    const sdk = require('@wecom/aibot-node-sdk');
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const { id, secret } = account('wrong');
    const client = new sdk.WSClient({ botId: id, secret, wsUrl: base.replace('http:', 'ws:'), logger: silent });
    const heard = new Promise((done) => client.on('message.text', done));
    await new Promise((done, failed) => {
      client.on('authenticated', done);
      client.on('error', failed);
      client.connect();
    });
    const person = `u${hex(6)}`;
    const chat = `c${hex(6)}`;
    await platform.robots('push', 'wrong', person, text('@robot 你好', { chat }));
    const frame = await heard;
    assert.equal(frame.body.text.content, '@robot 你好');
    assert.equal((await client.replyStream(frame, 'stream-1', '收到', true)).errcode, 0);
    assert.equal((await client.sendMessage(chat, { msgtype: 'markdown', markdown: { content: '再说一句' } })).errcode, 0);
    client.disconnect();
    assert.deepEqual((await platform.sent(person)).map((item) => item.text), ['收到', '再说一句']);
    return 'the platform\'s own client speaks with the stand-in';
  },

  // In a group a report has its number as the answer; alone a dialogue leads to one; who comes is greeted.
  async robot() {
    const code = argument ?? 'inner';
    const hear = async (person, message, wanted, ms = 20000) => {
      const from = (await platform.sent(person)).length;
      const pushed = await platform.robots('push', code, person, message);
      const found = await platform.awaitSent(person, wanted, ms, from);
      assert.notEqual(found, null, `${person} heard nothing like /${wanted}/ after ${JSON.stringify(message)}`);
      return { ...found, pushed };
    };
    const [one, other] = [`u${hex(6)}`, `u${hex(6)}`];
    const chat = `c${hex(6)}`;
    const begun = performance.now();
    const grouped = await hear(one, text('@派单 锦绣苑3号楼楼道灯坏了好几天，晚上老人上下楼很不方便', { chat }), NUMBER.source);
    const took = performance.now() - begun;
    assert.ok(took < 5000, `the number took ${took} ms`);
    assert.equal(grouped.way, 'answer');
    assert.equal(grouped.chat, chat);
    assert.doesNotMatch(grouped.text, /查询码/);
    const number = grouped.text.match(NUMBER)[0];
    // The same message again, with another req_id, as after a broken connection: nothing more is said.
    await platform.robots('push', code, one, text('@派单 锦绣苑3号楼楼道灯坏了好几天，晚上老人上下楼很不方便', { chat, id: grouped.pushed.msgid }));
    const greeted = await hear(other, { event: 'enter_chat' }, '.');
    assert.equal(greeted.way, 'greeting');
    await hear(other, text('锦绣苑5号楼电梯坏了，老人出不了门'), '.');
    const alone = await hear(other, text('好了'), NUMBER.source);
    assert.equal(alone.way, 'answer');
    assert.match(alone.text, /查询码/);
    assert.notEqual(alone.text.match(NUMBER)[0], number);
    // A quote of the answer with words is a supplement to that ticket.
    const added = await hear(one, text('@派单 现在更严重了', { chat, quote: grouped.text }), '.');
    assert.equal(added.chat, chat);
    assert.equal((await platform.sent(one)).filter((item) => NUMBER.test(item.text) && item.way === 'answer').length >= 1, true);
    return `${number} ${alone.text.match(NUMBER)[0]}`;
  },

  // ARG: a picture's file. What a connected robot is shown becomes files of ours too, each by its own key.
  // Prints the ticket's number.
  async robot_pictures() {
    const picture = readFileSync(argument).toString('base64');
    const person = `u${hex(6)}`;
    const images = [await platform.robots('filePut', picture), await platform.robots('filePut', picture)];
    await platform.robots('push', 'inner', person, { kind: 'mixed', chat: `c${hex(6)}`, content: '@派单 锦绣苑8号楼井盖没了', images });
    const said = await platform.awaitSent(person, NUMBER.source, 20000);
    assert.notEqual(said, null, 'nobody says a number');
    return said.text.match(NUMBER)[0];
  },

  // What comes between an answer and its acknowledgement: each is said in the end, and what was taken but not
  // acknowledged is not shown twice as an answer.
  async faults() {
    const code = argument ?? 'inner';
    for (const [fault, ways] of [['lost', /answer|push/], ['unacknowledged', /answer/], ['silent', /answer/], [-1, /answer/], [846605, /push/], [846608, /push/]]) {
      const person = `u${hex(6)}`;
      await platform.robots('faults', code, [fault]);
      for (let turn = 0; !(await platform.robots('connected', code)); turn++) {
        assert.ok(turn < 600, 'it does not come back');
        await new Promise((done) => setTimeout(done, 100));
      }
      await platform.robots('push', code, person, text('@派单 锦绣苑2号楼水管漏水，楼道里都是水', { chat: `c${hex(6)}` }));
      const said = await platform.awaitSent(person, NUMBER.source, 90000);
      assert.notEqual(said, null, `${fault}: never said`);
      assert.match(said.way, ways, `${fault}`);
      await new Promise((done) => setTimeout(done, 500));
      const told = (await platform.sent(person)).filter((item) => NUMBER.test(item.text));
      assert.equal(new Set(told.map((item) => item.text.match(NUMBER)[0])).size, 1, `${fault}: one ticket`);
      assert.ok(told.length <= 2, `${fault}: ${told.length} times`);
    }
    return 'lost, unacknowledged, silent, busy, too late: each is said';
  },

  // Frames that no platform sends: each ends at most the connection, which comes back, and the next is heard.
  async garbage() {
    const code = argument ?? 'inner';
    const up = async () => {
      for (let turn = 0; !(await platform.robots('connected', code)); turn++) {
        assert.ok(turn < 900, 'it does not come back');
        await new Promise((done) => setTimeout(done, 100));
      }
    };
    const kinds = [
      ['raw', ''], ['raw', '{'], ['raw', 'null'], ['raw', '[]'], ['raw', '"x"'], ['raw', '[[[[[['.repeat(5000)],
      ['raw', '{"cmd":"aibot_msg_callback"}'], ['raw', '{"cmd":"aibot_msg_callback","headers":{"req_id":7},"body":[]}'],
      ['raw', '{"cmd":"aibot_msg_callback","headers":{"req_id":"1"},"body":{"msgid":"1","msgtype":"text","text":{"content":"x"}}}'],
      ['raw', `{"headers":{"req_id":"${'x'.repeat(5000)}"},"errcode":0}`], ['raw', '{"headers":{},"errcode":"0"}'],
      ['raw', '{"cmd":"aibot_event_callback","headers":{"req_id":"2"},"body":{"event":7}}'],
      ['raw', 'AAEC/w==', true], ['flood', 300000], ['flood', 5000000],
      ['wire', '//////8='], ['wire', 'gYUAAAAAaGVsbG8='], ['wire', Buffer.from([0x81, 0x02, 0xc3, 0x28]).toString('base64')],
      ['wire', Buffer.from([0x81, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).toString('base64')],
    ];
    for (const [name, ...args] of kinds) {
      for (let sent = false; !sent;) {
        await up();
        sent = await platform.robots(name, code, ...args).then(() => true, () => false); // it was just ended by the one before
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    // What was pushed while the last one was ending its connection is lost, so it is said again.
    const person = `u${hex(6)}`;
    const id = hex(12);
    let heard = null;
    for (let turn = 0; heard === null && turn < 20; turn++) {
      await up();
      await platform.robots('push', code, person, text('帮助', { id })).catch(() => {});
      heard = await platform.awaitSent(person, '.', 3000);
    }
    assert.notEqual(heard, null, 'deaf afterwards');
    return `${kinds.length} kinds of frames`;
  },

  // Reports while the service is killed all the time. A message that it had not committed is lost with it, for the
  // platform says nothing twice; the person says it again then. Whoever was heard has one number.
  async killed_robot() {
    const count = Number(argument ?? 30);
    const numbers = new Map();
    for (let index = 0; index < count; index++) {
      const person = `u${hex(6)}`;
      const message = text(`@派单 锦绣苑${index % 9 + 1}号楼着火了，三楼有人被困 ${index}`, { chat: `c${hex(6)}`, id: hex(12) });
      let said = null;
      for (let turn = 0; said === null; turn++) {
        assert.ok(turn < 40, `${person} never got a number`);
        try {
          await platform.robots('push', 'inner', person, message);
        } catch {
          await new Promise((done) => setTimeout(done, 300));
          continue;
        }
        said = await platform.awaitSent(person, NUMBER.source, 4000);
      }
      await new Promise((done) => setTimeout(done, 50));
      const all = new Set((await platform.sent(person)).flatMap((item) => item.text.match(NUMBER) ?? []));
      assert.equal(all.size, 1, `${person}: ${[...all]}`);
      assert.ok(!numbers.has([...all][0]), `${[...all][0]} twice`);
      numbers.set([...all][0], person);
    }
    return `${numbers.size} messages, ${numbers.size} numbers`;
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
