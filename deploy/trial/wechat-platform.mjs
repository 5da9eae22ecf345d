// wechat-platform: a small stand-in for the platforms of WeChat and WeCom. It sends callbacks as they do,
// sealed by packages that others wrote (wechat-crypto, @wecom/crypto), tries each three times, and has the
// interface that an adapter calls, with its tokens, windows, quotas and errors.
//
// Nothing of Paidan's is in here but addresses: what an adapter and this agree upon, the platform says.
import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { XMLParser } from 'fast-xml-parser';
import { Connections } from './wechat-connections.mjs';

const require = createRequire(import.meta.url);
process.removeAllListeners('warning'); // of an old package: new Buffer
process.on('warning', () => {});
const WXBizMsgCrypt = require('wechat-crypto');
const wecom = require('@wecom/crypto');

const xml = new XMLParser({ parseTagValue: false, trimValues: false, processEntities: true });
const escape = (text) => String(text).replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// What a message of a kind has beside its head: name of the field → element.
const FIELDS = {
  text: { content: 'Content', menu: 'bizmsgmenuid' },
  image: { url: 'PicUrl', media: 'MediaId' },
  voice: { media: 'MediaId', format: 'Format', recognition: 'Recognition' },
  video: { media: 'MediaId', thumb: 'ThumbMediaId' },
  location: { x: 'Location_X', y: 'Location_Y', scale: 'Scale', label: 'Label' },
  link: { title: 'Title', description: 'Description', href: 'Url' },
  event: { event: 'Event', key: 'EventKey' },
};

export const CUSTOM_EACH = 5;
export const WINDOW_S = 48 * 3600;

export class Platform {
  // accounts: {code, platform: 'official' | 'wecom' | 'robot', id, token, key, secret, agent, mode, url}; a robot
  // with connect: 'websocket' has BotID and secret alone, and a connection (connections).
  constructor(accounts, settings = {}) {
    this.accounts = accounts;
    this.retryMs = settings.retryMs ?? 5000;
    this.answerMs = settings.answerMs ?? 5000;
    this.tokenSeconds = settings.tokenSeconds ?? 7200;
    this.attempts = settings.attempts ?? 3; // at each message, as the platforms do
    this.unheard = settings.unheard ?? ((status) => status !== 200); // what is tried again
    this.offsetMs = 0; // of its clock
    this.clock = settings.clock ?? (() => this.wall()); // of windows and of what people send
    this.away = false; // nobody answers
    this.errors = {}; // 'POST /path' → errcodes that the next calls get, whatever they are
    this.inbox = []; // what people were sent: {account, person, way, text, at, ...}; the newest inboxMax
    this.inboxMax = settings.inboxMax ?? Infinity;
    this.kept = 0; // that ever stood in it
    this.tokens = new Map(); // access_token → {account, untilMs, void}
    this.tokensAsked = 0;
    this.people = new Map(); // account/person → {heardMs, custom, consents, follows}
    this.calls = 0;
    this.callsMax = settings.callsMax ?? Infinity;
    this.media = new Map(); // id → Buffer with its type
    this.files = new Map(); // path → Buffer: what a robot's message points to
    this.fetched = 0; // files that were given out
    this.codes = new Map(); // of OAuth → {account, person}
    this.urls = new Map(); // response_url → {account, chat, untilMs}
  }

  // Of tokens and seals: machines agree upon it, however fast the day goes.
  wall() {
    return Date.now() + this.offsetMs;
  }

  now() {
    return this.clock();
  }

  account(code) {
    return this.accounts.find((account) => account.code === code);
  }

  person(code, name) {
    const key = `${code}/${name}`;
    if (!this.people.has(key)) {
      this.people.set(key, { heardMs: 0, custom: 0, consents: new Map(), follows: true });
    }
    return this.people.get(key);
  }

  // ---- the interface ----

  async start(port = 0) {
    this.server = http.createServer((request, response) => this.serve(request, response));
    this.server.keepAliveTimeout = 60000;
    this.connections = new Connections(this);
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    return this.base;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }

  async serve(request, response) {
    const control = request.url === '/control';
    if (this.away && !control) {
      request.socket.destroy();
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (control) {
      await this.control(JSON.parse(Buffer.concat(chunks).toString()), response);
      return;
    }
    const url = new URL(request.url, this.base);
    const query = Object.fromEntries(url.searchParams);
    let body = {};
    try {
      if (chunks.length > 0) body = JSON.parse(Buffer.concat(chunks).toString());
    } catch {
      body = null;
    }
    const answer = body === null ? { errcode: 47001, errmsg: 'data format error' }
      : this.answer(request.method, url.pathname, query, body);
    if (answer instanceof Buffer) {
      this.fetched++;
      response.writeHead(200, { 'Content-Type': answer.type ?? 'image/jpeg' });
      response.end(answer);
      return;
    }
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json; charset=utf-8' });
    delete answer.status;
    response.end(JSON.stringify(answer));
  }

  // What robots' connections can do (wechat-connections.mjs).
  robots(name, ...args) {
    return this.connections[name](...args);
  }

  // A test in another process has a method called (remote, below).
  async control({ name, args }, response) {
    let answer;
    try {
      answer = { value: await this[name](...args) };
    } catch (error) {
      answer = { error: String(error?.message ?? error) };
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  get(name) {
    return this[name];
  }

  set(settings) {
    Object.assign(this, settings);
  }

  personSet(code, name, settings) {
    Object.assign(this.person(code, name), settings);
  }

  accountSet(code, settings) {
    Object.assign(this.account(code), settings);
  }

  answer(method, path, query, body) {
    const route = `${method} ${path}`;
    const errcode = this.errors[route]?.shift();
    if (errcode !== undefined) {
      return errcode >= 500 && errcode < 600 ? { status: errcode } : { errcode, errmsg: 'as it was told to' };
    }
    switch (route) {
      case 'POST /cgi-bin/stable_token':
        return this.tokenGive('official', body.appid, body.secret, body.force_refresh === true);
      case 'GET /cgi-bin/gettoken':
        return this.tokenGive('wecom', query.corpid, query.corpsecret, false);
      case 'GET /sns/oauth2/access_token':
        return this.oauth('official', query.appid, query.secret, query.code, 'openid');
      case 'POST /sms': // no platform's: the site's own hook
        return this.keep({ code: 'sms' }, body.phone, 'sms', body.text, { id: body.id });
      case 'POST /cgi-bin/webhook/send':
        return this.webhook(query.key, body);
      default:
    }
    if (path.startsWith('/response/')) return this.respond(path, body);
    if (path.startsWith('/file/')) return this.files.get(path) ?? { status: 404 };
    const token = this.tokens.get(query.access_token);
    if (token === undefined || token.void) return { errcode: 40001, errmsg: 'invalid credential' };
    if (token.untilMs <= this.wall()) return { errcode: 42001, errmsg: 'access_token expired' };
    if (++this.calls > this.callsMax) return { errcode: 45009, errmsg: 'reach max api daily quota limit' };
    switch (route) {
      case 'POST /cgi-bin/message/custom/send':
        return this.custom(token.account, body);
      case 'POST /cgi-bin/message/subscribe/bizsend':
        return this.notice(token.account, body);
      case 'POST /cgi-bin/message/template/send':
        return this.template(token.account, body);
      case 'POST /cgi-bin/message/send':
        return this.application(token.account, body);
      case 'GET /cgi-bin/media/get':
        return this.media.get(query.media_id) ?? { errcode: 40007, errmsg: 'invalid media_id' };
      case 'GET /cgi-bin/auth/getuserinfo':
        return this.oauth('wecom', token.account.id, token.account.secret, query.code, 'userid');
      default:
        return { status: 404, errcode: 404, errmsg: 'no such interface' };
    }
  }

  tokenGive(platform, id, secret, force) {
    this.tokensAsked++;
    const account = this.accounts.find((one) => one.platform === platform && one.id === id);
    if (account === undefined) return { errcode: 40013, errmsg: 'invalid appid' };
    if (account.secret !== secret) return { errcode: 40125, errmsg: 'invalid appsecret' };
    const held = [...this.tokens].find(([, token]) => token.account === account && !token.gone);
    if (held !== undefined && held[1].untilMs - 300000 > this.wall() && !force && !held[1].void) {
      return { errcode: 0, access_token: held[0], expires_in: Math.floor((held[1].untilMs - this.wall()) / 1000) };
    }
    if (held !== undefined) held[1].gone = true;
    const name = randomBytes(24).toString('base64url');
    this.tokens.set(name, { account, untilMs: this.wall() + this.tokenSeconds * 1000, void: false });
    return { errcode: 0, access_token: name, expires_in: this.tokenSeconds };
  }

  // Whatever was given is worth nothing any more: somebody else asked for a token.
  tokensVoid() {
    for (const token of this.tokens.values()) token.void = true;
  }

  // A file that somebody sent, under an id of the interface; bytes: base64.
  mediaPut(id, type, bytes) {
    const held = Buffer.from(bytes, 'base64');
    held.type = type;
    this.media.set(id, held);
  }

  // The same at an address, as robots' messages have it: a cipher of the account's key, or of one of its own.
  filePut(code, bytes, key = this.account(code).key) {
    const secret = Buffer.from(`${key}=`, 'base64');
    const plain = Buffer.from(bytes, 'base64');
    const padding = 32 - plain.length % 32;
    const cipher = createCipheriv('aes-256-cbc', secret, secret.subarray(0, 16)).setAutoPadding(false);
    const path = `/file/${randomBytes(12).toString('hex')}`;
    this.files.set(path, Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])), cipher.final()]));
    return this.base + path;
  }

  keep(account, person, way, text, more = {}) {
    this.inbox.push({ account: account.code, person, way, text, at: this.now(), ...more });
    if (this.inbox.length > this.inboxMax) this.inbox.shift();
    this.kept++;
    return { errcode: 0, errmsg: 'ok', msgid: this.kept };
  }

  custom(account, body) {
    const person = this.person(account.code, body.touser);
    if (!person.follows) return { errcode: 43004, errmsg: 'require subscribe' };
    if (person.heardMs + WINDOW_S * 1000 <= this.now()) {
      return { errcode: 45015, errmsg: 'response out of time limit or subscription is canceled' };
    }
    if (person.custom >= CUSTOM_EACH) return { errcode: 45047, errmsg: 'out of response count limit' };
    if (body.msgtype === 'text' && typeof body.text?.content === 'string') {
      person.custom++;
      return this.keep(account, body.touser, 'custom', body.text.content);
    }
    if (body.msgtype === 'msgmenu' && Array.isArray(body.msgmenu?.list)) {
      person.custom++;
      const { head_content: head, list, tail_content: tail } = body.msgmenu;
      const lines = [head, ...list.map((item) => `[${item.id}] ${item.content}`), tail];
      return this.keep(account, body.touser, 'menu', lines.filter(Boolean).join('\n'), { menu: list });
    }
    return { errcode: 40008, errmsg: 'invalid message type' };
  }

  // One consent, one notice.
  notice(account, body) {
    const person = this.person(account.code, body.touser);
    const left = person.consents.get(body.template_id) ?? 0;
    if (!person.follows) return { errcode: 43004, errmsg: 'require subscribe' };
    if (left < 1) return { errcode: 43101, errmsg: 'user refuse to accept the msg' };
    person.consents.set(body.template_id, left - 1);
    const text = Object.entries(body.data).map(([name, held]) => `${name}=${held.value}`).join(' ');
    return this.keep(account, body.touser, 'notice', text, { template: body.template_id, page: body.page });
  }

  template(account, body) {
    if (!this.person(account.code, body.touser).follows) return { errcode: 43004, errmsg: 'require subscribe' };
    const text = Object.entries(body.data).map(([name, held]) => `${name}=${held.value}`).join(' ');
    return this.keep(account, body.touser, 'template', text, { template: body.template_id, page: body.url });
  }

  application(account, body) {
    if (String(body.agentid) !== String(account.agent)) return { errcode: 40056, errmsg: 'invalid agentid' };
    if (body.msgtype !== 'text') return { errcode: 40008, errmsg: 'invalid message type' };
    if (!this.person(account.code, body.touser).follows) return { errcode: 81013, errmsg: 'user is not in range' };
    return this.keep(account, body.touser, 'application', body.text.content);
  }

  webhook(key, body) {
    const account = this.accounts.find((one) => one.webhook === key);
    if (account === undefined) return { errcode: 93000, errmsg: 'invalid webhook url' };
    return this.keep(account, '', 'webhook', body[body.msgtype]?.content);
  }

  respond(path, body) {
    const held = this.urls.get(path);
    if (held === undefined || held.used || held.untilMs < this.now()) return { errcode: 60140, errmsg: 'invalid response code' };
    held.used = true;
    return this.keep(held.account, held.person, 'response', body[body.msgtype]?.content, { chat: held.chat });
  }

  oauth(platform, id, secret, code, field) {
    const held = this.codes.get(code);
    if (held === undefined || held.account.id !== id || held.account.secret !== secret) {
      return { errcode: 40029, errmsg: 'invalid code' };
    }
    this.codes.delete(code);
    return { errcode: 0, [field]: held.person, access_token: 'of-no-use', scope: 'snsapi_base' };
  }

  // What a person's browser brings from the platform's page.
  oauthCode(code, person) {
    const made = randomBytes(12).toString('hex');
    this.codes.set(made, { account: this.account(code), person });
    return made;
  }

  // ---- callbacks ----

  sign(account, timestamp, nonce, cipher) {
    return new WXBizMsgCrypt(account.token, account.key, account.id || 'robot').getSignature(timestamp, nonce, cipher);
  }

  // Which of the two packages seals: they take turns, so that both judge us.
  seal(account, plain, turn = randomInt(2)) {
    if (account.id === '' || turn === 1) return wecom.encrypt(account.key, plain, account.id);
    return new WXBizMsgCrypt(account.token, account.key, account.id).encrypt(plain);
  }

  // The XML of a message; message: {kind, id, sent, ...fields of FIELDS}.
  message(account, person, message) {
    const fields = FIELDS[message.kind] ?? {};
    const parts = [
      ['ToUserName', account.platform === 'official' ? `gh_${account.code}` : account.id],
      ['FromUserName', person],
      ['CreateTime', message.sent ?? Math.floor(this.now() / 1000)],
      ['MsgType', message.kind],
    ];
    for (const [name, element] of Object.entries(fields)) {
      if (message[name] !== undefined) parts.push([element, message[name]]);
    }
    if (message.kind !== 'event') parts.push(['MsgId', message.id ?? this.id()]);
    if (account.platform === 'wecom') parts.push(['AgentID', account.agent]);
    const text = parts.map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`).join('');
    return `<xml>${text}${message.more ?? ''}</xml>`;
  }

  // The JSON of a robot's message; message: {kind: text | mixed, content, chat, quote}.
  robotMessage(account, person, message) {
    const path = `/response/${randomBytes(12).toString('hex')}`;
    this.urls.set(path, { account, person, chat: message.chat, untilMs: this.now() + 3600000 });
    const made = { msgid: message.id ?? this.id(), aibotid: account.code, from: { userid: person },
      chattype: message.chat === undefined ? 'single' : 'group', response_url: this.base + path, msgtype: message.kind };
    if (message.chat !== undefined) made.chatid = message.chat;
    if (message.kind === 'text') made.text = { content: message.content };
    if (message.kind === 'mixed') {
      made.mixed = { msg_item: [{ msgtype: 'text', text: { content: message.content } },
        ...(message.images ?? [{ url: 'https://example.invalid/1' }]).map((image) => ({ msgtype: 'image', image }))] };
    }
    if (message.kind === 'image') made.image = message.images[0];
    if (message.quote !== undefined) made.quote = { msgtype: 'text', text: { content: message.quote } };
    return JSON.stringify(made);
  }

  id() {
    this.lastId = (this.lastId ?? BigInt(Date.now()) * 1000000n) + BigInt(randomInt(1, 1000));
    return String(this.lastId);
  }

  // A request as the platform makes it: {url, body}. seal: what to do otherwise than right, for tests.
  request(account, plain, seal = {}) {
    const timestamp = String(seal.timestamp ?? Math.floor((seal.nowMs ?? Date.now()) / 1000));
    const nonce = String(seal.nonce ?? randomInt(1e9));
    const query = new URLSearchParams({ timestamp, nonce });
    let body = plain;
    if (account.mode === 'plain') {
      query.set('signature', seal.signature ?? wecom.getSignature(account.token, timestamp, nonce, ''));
    } else {
      const cipher = seal.cipher ?? this.seal({ ...account, id: seal.id ?? account.id }, plain, seal.turn);
      query.set('signature', wecom.getSignature(account.token, timestamp, nonce, ''));
      query.set('encrypt_type', 'aes');
      query.set('msg_signature', seal.signature ?? this.sign(account, timestamp, nonce, cipher));
      if (account.platform === 'robot') body = JSON.stringify({ encrypt: cipher });
      else {
        const inner = account.mode === 'compatible' ? plain.slice(5, -6) : '';
        body = `<xml>${inner}<ToUserName><![CDATA[${account.id}]]></ToUserName><Encrypt><![CDATA[${cipher}]]></Encrypt></xml>`;
      }
    }
    return { url: `${account.url}?${query}`, body };
  }

  // Reads what came back: '' where nothing is to be said, else the reply's text.
  reply(account, text) {
    if (text === '' || text === 'success') return { text: '' };
    let plain = text;
    if (account.mode !== 'plain') {
      const outer = account.platform === 'robot' ? JSON.parse(text) : xml.parse(text).xml;
      const cipher = outer.Encrypt ?? outer.encrypt;
      if (cipher === undefined && account.mode !== 'compatible') throw new Error(`a reply in plain words: ${text}`);
      if (cipher !== undefined) {
        const signature = outer.MsgSignature ?? outer.msgsignature;
        const timestamp = String(outer.TimeStamp ?? outer.timestamp);
        if (signature !== this.sign(account, timestamp, outer.Nonce ?? outer.nonce, cipher)) throw new Error('a reply with a wrong signature');
        const opened = wecom.decrypt(account.key, cipher);
        if (opened.id !== account.id) throw new Error(`a reply of another account: ${opened.id}`);
        if (account.id !== '') {
          const again = new WXBizMsgCrypt(account.token, account.key, account.id).decrypt(cipher);
          if (again.message !== opened.message) throw new Error('the two packages read different things');
        }
        plain = opened.message;
      }
    }
    if (account.platform === 'robot') return { text: JSON.parse(plain).stream.content };
    const read = xml.parse(plain).xml;
    if (read.MsgType !== 'text') throw new Error(`a reply that is no text: ${plain}`);
    return { text: read.Content, to: read.ToUserName, from: read.FromUserName };
  }

  // Sends one request; {status, text}; status 0: no answer.
  async post({ url, body }, waitMs = this.answerMs, method = 'POST') {
    try {
      const response = await fetch(url, { method, body, signal: AbortSignal.timeout(waitMs), headers: { 'Content-Type': 'text/xml' } });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 0, text: '', error };
    }
  }

  // A person says something. Three times at most, with new seals, as long as nobody answers.
  async say(code, name, message, seal = {}) {
    const account = this.account(code);
    const person = this.person(code, name);
    if (message.kind !== 'event' && message.menu === undefined) {
      person.heardMs = this.now();
      person.custom = 0;
    }
    const plain = message.plain ?? (account.platform === 'robot'
      ? this.robotMessage(account, name, message) : this.message(account, name, message));
    const begun = performance.now();
    let attempts = 0;
    let answer;
    for (;;) {
      answer = await this.post(this.request(account, plain, seal));
      attempts++;
      if (!this.unheard(answer.status) || attempts >= this.attempts) break;
      await sleep(this.retryMs);
    }
    const took = performance.now() - begun;
    if (answer.status !== 200) return { ...answer, error: String(answer.error ?? ''), attempts, took, plain };
    const read = this.reply(account, answer.text);
    if (read.text !== '' && account.platform === 'official' && read.to !== name) throw new Error(`a reply to ${read.to}, not ${name}`);
    return { status: 200, attempts, took, ...read, plain };
  }

  // The same message once more, as if its answer had not arrived.
  async again(code, plain, seal = {}) {
    const account = this.account(code);
    const answer = await this.post(this.request(account, plain, seal));
    return answer.status === 200 ? { status: 200, ...this.reply(account, answer.text) } : answer;
  }

  // The check of an address, when an operator enters it at the platform's.
  async check(code, echo = String(randomInt(1e9)), seal = {}) {
    const account = this.account(code);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = String(randomInt(1e9));
    const query = new URLSearchParams({ timestamp, nonce });
    if (account.platform === 'official') {
      query.set('signature', seal.signature ?? wecom.getSignature(account.token, timestamp, nonce, ''));
      query.set('echostr', echo);
    } else {
      const cipher = this.seal(account, echo);
      query.set('msg_signature', seal.signature ?? this.sign(account, timestamp, nonce, cipher));
      query.set('echostr', cipher);
    }
    return { echo, ...(await this.post({ url: `${account.url}?${query}` }, this.answerMs, 'GET')) };
  }

  // Consents to a notice, in the platform's own window.
  async consent(code, name, template, yes = true) {
    const person = this.person(code, name);
    if (yes) person.consents.set(template, (person.consents.get(template) ?? 0) + 1);
    return this.say(code, name, { kind: 'event', event: 'subscribe_msg_popup_event',
      more: `<SubscribeMsgPopupEvent><List><TemplateId>${escape(template)}</TemplateId><SubscribeStatusString>${yes ? 'accept' : 'reject'}</SubscribeStatusString><PopupScene>1</PopupScene></List></SubscribeMsgPopupEvent>` });
  }

  // What somebody was sent of our own accord, the newest last.
  sent(name) {
    return this.inbox.filter((item) => item.person === name);
  }

  // Waits until somebody is sent what fits the pattern, not counting the first `from`; null: it never came.
  async awaitSent(name, pattern = '', ms = 20000, from = 0) {
    const wanted = new RegExp(pattern, 'u');
    for (const until = Date.now() + ms; Date.now() < until; await sleep(20)) {
      const found = this.sent(name).slice(from).find((item) => wanted.test(item.text ?? ''));
      if (found !== undefined) return found;
    }
    return null;
  }
}

// A platform of another process: its methods, each answered later.
export function remote(base) {
  return new Proxy({}, {
    get: (_, name) => async (...args) => {
      const response = await fetch(`${base}/control`, { method: 'POST', body: JSON.stringify({ name, args }) });
      const { value, error } = await response.json();
      if (error !== undefined) throw new Error(`${String(name)}: ${error}`);
      return value;
    },
  });
}

// wechat-platform.mjs ACCOUNTS.json URL: runs one until it is killed; its address is written to URL.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const platform = new Platform(JSON.parse(readFileSync(process.argv[2], 'utf8')), { retryMs: 500 });
  const base = await platform.start(Number(process.argv[4] ?? 0));
  writeFileSync(`${process.argv[3]}.part`, base);
  renameSync(`${process.argv[3]}.part`, process.argv[3]);
}
