// trial: those outside with whom a demo speaks: the platforms of WeChat and WeCom, the hotline above the street, a broker
// with devices, an app of Open311. Residents of the demo (services/demo) say through it what they have to say; what the
// instance tells them arrives here. Of the instance it knows what such outsiders know: addresses and shared keys.
//
//   node trial.mjs prepare DATA SITE CHANNELS   a site for the trial (DATA/site): SITE and the files of CHANNELS with the
//                                               ports of this trial; accounts in DATA/trial, keys in DATA/secrets.
//                                               Exits: 0; 73 what could not be written, and why, is printed; 78 it would
//                                               harm what is not of a trial: "site", "folder" or "secret FILE" is printed
//   node trial.mjs run DATA                     until it is told to end; listens on DATA/run/trial.sock. Exits: 0; 1 begin
//                                               it again (deploy/supervise); 78 a package is missing
//
// The socket takes errands, a line of JSON each, and answers each with a line under the same id: {id, code, number}, code
// OK, DUPLICATE, REFUSED, NOT_ASKED or FAULT. What a killed adapter did not take is sent again, as it was, until it is.
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { userInfo } from 'node:os';
import { join, sep } from 'node:path';

// What stands in the files of CHANNELS, and is put in place of it.
const PORTS = { platform: 8341, hotline: 8342, broker: 8343 };
const HOTLINE_SELF = 'paidan'; // how the hotline above calls us
const PATIENCE_MS = 120000; // for something to be said that must be said
const ASKED_MS = 15000; // for a question that a resident is about to answer
const AGAIN_MS = 400;
const KEPT = 20000; // of what is remembered, the newest: a trial may stand for weeks
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const hash = (text) => createHash('sha256').update(text).digest();
const DOORS = new Set(['wechat', 'hotline', 'device', 'open311']);
const NUMBER = /\d{8}-\d{4,8}-\d/;

// ---- prepare ----

// Why prepare leaves everything as it is; deploy/up says it in words.
class Refusal extends Error {}

// Can it be listened on? An outgoing connection may have it just as well as a server.
const portFree = (port) => new Promise((done) => {
  const server = net.createServer().once('error', () => done(false)).listen(port, '127.0.0.1', () => server.close(() => done(true)));
});

// Below the range from which systems take ports of outgoing connections, so that they stay free while nobody listens.
async function freePort(taken) {
  for (let turn = 0; turn < 1000; turn++) {
    const port = randomInt(20000, 30000);
    if (!taken.includes(port) && await portFree(port)) return port;
  }
  throw new Error('no port is free');
}

// Each keeps its port as long as nobody else has it.
async function choosePorts(before) {
  const ports = {};
  for (const part of Object.keys(PORTS)) {
    const port = before[part];
    ports[part] = port !== undefined && await portFree(port) ? port : await freePort(Object.values({ ...before, ...ports }));
  }
  return ports;
}

const key43 = () => randomBytes(33).toString('base64').replace(/[^A-Za-z0-9]/g, 'a').slice(0, 43);
const word = () => randomBytes(12).toString('hex');

// The files in DATA/secrets and what stands in them.
function secretsOf(trial) {
  const secrets = { 'wechat/sms': trial.smsKey, 'hotline/city': trial.hotlineKey };
  for (const { code, token, key, secret } of trial.accounts) {
    Object.assign(secrets, { [`wechat/${code}.token`]: token, [`wechat/${code}.key`]: key, [`wechat/${code}.secret`]: secret });
  }
  return secrets;
}

// One that is there is never touched, whosever it is.
function secretsWrite(data, trial) {
  for (const [name, value] of Object.entries(secretsOf(trial))) {
    const file = join(data, 'secrets', name);
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    if (!existsSync(file)) writeFileSync(file, `${value}\n`, { mode: 0o400 });
  }
  writeFileSync(join(data, 'secrets', 'TRIAL.txt'),
    '这里的密钥由 deploy/up 为演示随机生成，只有本机的替身知道，不能用于正式的账号。\n' +
    'Keys in here were made by deploy/up for a demo; only the stand-ins on this machine know them. Never use them for a real account.\n');
}

// Whole or not at all.
function fileWrite(file, text) {
  writeFileSync(`${file}.part`, text, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

// The accounts as wechat.yaml names them; a line of the file is all that is needed of each.
function accountsOf(text) {
  const accounts = [];
  for (const block of text.split(/^ {2}- /m).slice(1)) {
    const value = (name) => new RegExp(`\\b${name}: *"?([^"\\s,}]+)`).exec(block)?.[1];
    if (value('platform') !== undefined && value('code') !== undefined) {
      accounts.push({ code: value('code'), platform: value('platform'), mode: value('mode') ?? 'safe', id: value('app_id') ?? '', agent: value('agent') });
    }
  }
  return accounts;
}

const there = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

// DATA/site is made anew each time, so it must be ours (trial/origin, written before it), and nothing of SITE.
function refuse(data, site, trial, known) {
  const own = join(data, 'site');
  const origin = join(data, 'trial', 'origin');
  if (there(own) && `${realpathSync(site)}${sep}`.startsWith(`${existsSync(own) ? realpathSync(own) : own}${sep}`)) throw new Refusal('site');
  if (there(own) && !existsSync(origin)) throw new Refusal('folder');
  for (const name of known ? [] : Object.keys(secretsOf(trial))) {
    if (there(join(data, 'secrets', name))) throw new Refusal(`secret ${join(data, 'secrets', name)}`);
  }
}

async function prepare(data, site, channels) {
  const folder = join(data, 'trial');
  const file = join(folder, 'trial.json');
  const known = existsSync(file);
  const trial = known ? JSON.parse(readFileSync(file, 'utf8')) : {
    accounts: accountsOf(readFileSync(join(channels, 'wechat.yaml'), 'utf8'))
      .map((account) => ({ ...account, token: word(), key: key43(), secret: word() })),
    hotlineKey: word(), smsKey: word(),
  };
  refuse(data, site, trial, known);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  trial.ports = await choosePorts(trial.ports ?? {});
  fileWrite(file, JSON.stringify(trial));
  secretsWrite(data, trial);
  fileWrite(join(folder, 'origin'), `${site}\n`);
  // The site itself stays where it is edited; only what is of this trial lies here.
  const own = join(data, 'site');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  for (const name of readdirSync(site)) symlinkSync(join(site, name), join(own, name));
  for (const name of readdirSync(channels)) {
    let text = readFileSync(join(channels, name), 'utf8');
    for (const [part, port] of Object.entries(PORTS)) text = text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${trial.ports[part]}`);
    rmSync(join(own, name), { force: true });
    writeFileSync(join(own, name), text);
  }
}

// The system's reasons in the words of its commands (deploy/lib.sh, reason).
const REASONS = { ENOSPC: 'No space left on device', EDQUOT: 'Disk quota exceeded', EROFS: 'Read-only file system', EACCES: 'Permission denied',
  EPERM: 'Operation not permitted', ENOTDIR: 'Not a directory', ENAMETOOLONG: 'File name too long', EEXIST: 'File exists' };

async function preparing(...words) {
  try {
    await prepare(...words);
  } catch (error) {
    if (error instanceof Refusal) {
      console.log(error.message);
      process.exit(78);
    }
    if (REASONS[error?.code] === undefined) throw error;
    console.log(`${error.path ?? join(words[0], 'trial')}: ${REASONS[error.code]}`);
    process.exit(73);
  }
}

// ---- the outside ----

// Remembers; the oldest is forgotten when there is too much.
function keep(map, key, value) {
  map.set(key, value);
  if (map.size > KEPT) map.delete(map.keys().next().value);
}

// A package that is not there is not helped by beginning again.
async function packageOf(name) {
  try {
    return await import(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    return process.exit(78);
  }
}

class Outside {
  constructor(data) {
    this.data = data;
    this.trial = JSON.parse(readFileSync(join(data, 'trial', 'trial.json'), 'utf8'));
    this.envelopes = new Map(); // of the hotline, by key: sent again as they were
    this.numbers = new Map(); // of ours, by the hotline's ids
    this.places = new Map(); // source_id → seq of its newest envelope
    this.reported = new Map(); // key → errand, of what was taken
    this.lines = new Map(); // person → what he says now; he says one thing after another
    this.answered = new Map(); // person → what he had been sent last when he last answered
    this.counts = { sealed: 0, sent: 0, signed: 0, heard: 0, alarms: 0, requests: 0, answers: 0 };
  }

  // The instance's own time (common/base/clock.h).
  now() {
    const [kind, real, site, rate] = readFileSync(join(this.data, 'clock'), 'utf8').trim().split(' ');
    if (kind !== 'scaled') return Date.now();
    return Number(site) + Math.max(0, Date.now() - Number(real)) * Number(rate);
  }

  // Where a door of ours is just now; an adapter that starts again has another port.
  door(name) {
    for (const file of [join(this.data, 'run', name, `${name}.http`), join(this.data, 'run', `${name}.http`)]) {
      if (existsSync(file)) return readFileSync(file, 'utf8').trim().replace(/^(?!http)/, 'http://');
    }
    return 'http://127.0.0.1:9';
  }

  async start() {
    const { Platform } = await packageOf('./wechat-platform.mjs');
    const client = await packageOf('../../services/adapter_hotline/client.mjs');
    const mqtt = await packageOf('mqtt');
    const outside = this;
    this.client = client;
    this.connect = (mqtt.default ?? mqtt).connectAsync;
    for (const account of this.trial.accounts) {
      Object.defineProperty(account, 'url', { enumerable: true, get: () => `${outside.door('wechat')}/wechat/${account.code}` });
    }
    this.platform = new Platform(this.trial.accounts, { clock: () => this.now(), retryMs: AGAIN_MS, attempts: 150, inboxMax: KEPT,
      unheard: (status) => status === 0 || status >= 500 });
    await this.brokerStart();
    await this.platform.start(this.trial.ports.platform);
    const receiver = client.receiver(HOTLINE_SELF, this.trial.hotlineKey, (envelope) => this.heard(envelope));
    await new Promise((done) => receiver.listen(this.trial.ports.hotline, '127.0.0.1', done));
    const path = join(this.data, 'run', 'trial.sock');
    rmSync(path, { force: true });
    const server = net.createServer((socket) => this.serve(socket));
    await new Promise((done) => server.listen(path, done));
    chmodSync(path, 0o600);
  }

  async brokerStart() {
    const folder = join(this.data, 'trial');
    const conf = join(folder, 'broker.conf');
    mkdirSync(join(folder, 'broker'), { recursive: true });
    writeFileSync(conf, [`listener ${this.trial.ports.broker} 127.0.0.1`, 'allow_anonymous true', 'persistence true',
      `persistence_location ${join(folder, 'broker')}/`, 'max_queued_messages 0', `user ${userInfo().username}`, ''].join('\n'));
    this.broker(conf);
    this.devices = await this.connect(`mqtt://127.0.0.1:${this.trial.ports.broker}`, { clientId: 'trial-devices', protocolVersion: 5, reconnectPeriod: 200 });
  }

  // Begun again where it dies: it keeps what was published, devices and adapter connect again. One that cannot even begin (its
  // port is another's) ends all of this.
  broker(conf) {
    const since = Date.now();
    this.mosquitto = spawn('setpriv', ['--pdeathsig', 'TERM', 'mosquitto', '-c', conf], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
    this.mosquitto.on('error', (error) => {
      console.error(`the broker does not start: ${error.message}`);
      process.exit(1);
    });
    this.mosquitto.on('exit', (code, signal) => {
      console.error(`the broker ended: ${code ?? signal}`);
      if (this.devices === undefined || Date.now() - since < AGAIN_MS) process.exit(1);
      setTimeout(() => this.broker(conf), AGAIN_MS);
    });
  }

  serve(socket) {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) this.take(socket, JSON.parse(line));
    });
  }

  async take(socket, errand) {
    let answer;
    try {
      answer = await this.turn(errand);
    } catch (error) {
      answer = { code: 'FAULT', detail: String(error?.message ?? error) };
      console.error(`${errand.act} ${errand.channel} ${errand.key ?? ''}: ${answer.detail}`);
    }
    socket.write(`${JSON.stringify({ id: errand.id, ...answer })}\n`);
  }

  // One errand of a person after another.
  turn(errand) {
    if (errand.act === 'counts') return { code: 'OK', counts: { ...this.counts, sent: this.platform.kept } };
    if (!DOORS.has(errand.door)) return { code: 'FAULT', detail: `no such door: ${errand.door}` };
    const line = errand.key;
    const before = this.lines.get(line) ?? Promise.resolve();
    const mine = before.then(() => this[errand.door](errand));
    const over = mine.catch(() => {}).then(() => {
      if (this.lines.get(line) === over) this.lines.delete(line);
    });
    this.lines.set(line, over);
    return mine;
  }

  async until(found, ms = PATIENCE_MS) {
    for (const until = Date.now() + ms; Date.now() < until; await sleep(15)) {
      const value = found();
      if (value) return value;
    }
    return null;
  }

  // ---- WeChat ----

  // Each resident writes to one account: most to the street's, some to the office's at WeCom.
  account(key) {
    return this.trial.accounts[hash(key)[0] % 5 === 0 && this.trial.accounts.length > 1 ? 1 : 0].code;
  }

  person(key) {
    return `o${hash(`person ${key}`).toString('base64url').slice(0, 27)}`;
  }

  // The same words of the same person are the same message, however often they are sent.
  id(key, what) {
    return String(hash(`${key} ${what}`).readBigUInt64BE() >> 2n);
  }

  async say(key, what, message) {
    const answer = await this.platform.say(this.account(key), this.person(key), { kind: 'text', id: this.id(key, what), ...message });
    this.counts.sealed += answer.attempts ?? 1;
    if (answer.status !== 200 && answer.status !== 409) throw new Error(`the platform was answered ${answer.status} ${answer.error ?? ''}`);
    return answer;
  }

  // What he is told, at once or a little later; from: what he had been sent last before.
  async told(key, answer, wanted, from, ms = PATIENCE_MS) {
    const fits = new RegExp(wanted, 'u');
    if (fits.test(answer.text ?? '')) return answer;
    return this.until(() => this.sentSince(key, from).find((item) => fits.test(item.text ?? '')), ms);
  }

  // The last that he was sent; undefined: nothing.
  sentLast(key) {
    return this.platform.sent(this.person(key)).at(-1);
  }

  // After that one; all that is still there where that one is forgotten.
  sentSince(key, last) {
    const sent = this.platform.sent(this.person(key));
    return sent.slice(sent.lastIndexOf(last) + 1);
  }

  async wechat(errand) {
    switch (errand.act) {
      case 'report': return this.wechatReport(errand);
      case 'answer': return this.wechatAnswer(errand);
      default: return this.wechatAct(errand);
    }
  }

  async wechatReport({ key, place, text, phone }) {
    // Who has nothing to say sends a blank.
    const content = text.trim() === '' ? ' ' : [place, text, phone && `我的电话${phone}`].filter(Boolean).join(' ');
    const from = this.sentLast(key);
    let answer = await this.say(key, 'report', { content });
    if (answer.status === 409) return { code: 'REFUSED' };
    if (this.reported.has(key)) return { code: 'DUPLICATE' };
    if (/^抱歉|^请用一句话/u.test(answer.text)) return { code: 'REFUSED' };
    keep(this.reported, key, content);
    // "Noted": there is no more to say. Whoever was told whom to call has filed it already; and if he is slow, it is filed by itself.
    if (answer.text.startsWith('记下了')) answer = await this.say(key, 'done', { content: '好了' });
    const filed = await this.told(key, answer, '已登记，编号|登记没有成功', from);
    const number = NUMBER.exec(filed?.text ?? '')?.[0];
    if (filed === null) throw new Error('no number came');
    return number === undefined ? { code: 'REFUSED' } : { code: 'OK', number };
  }

  async wechatAct({ act, key, number, text, turn }) {
    const words = { chase: `催单 ${number}`, withdraw: `撤回 ${number}`, supplement: `${number} ${text}` }[act];
    const from = this.sentLast(key);
    let answer = await this.say(key, `act ${turn}`, { content: words });
    // "Really?" is asked for ten minutes, half a second here: who was slower begins again.
    for (let time = 0; time < 5 && act === 'withdraw' && /确定撤回/u.test(answer.text); time++) {
      answer = await this.say(key, `sure ${turn}.${time}`, { content: '1' });
      if (answer.text.includes(number) || answer.text === '') break;
      answer = await this.say(key, `act ${turn}.${time}`, { content: words });
    }
    const done = { chase: '已替您催办', withdraw: '已撤回', supplement: '已补充到' }[act];
    const heard = await this.told(key, answer, `${done}|不能这样处理|没有找到|没有正在办理`, from);
    if (heard === null) throw new Error('no answer came');
    if (!heard.text.includes(done)) console.error(`${act} ${number}: ${heard.text}`);
    return { code: heard.text.includes(done) ? 'OK' : 'REFUSED' };
  }

  async wechatAnswer({ key, number, round, attempt, solved, satisfied }) {
    const after = this.answered.get(key);
    const fits = new RegExp(`${number}.*解决了吗`, 'u');
    const asked = await this.until(() => this.sentSince(key, after).findLast((item) => fits.test(item.text ?? '')), ASKED_MS);
    if (asked === null || asked === undefined) return { code: 'NOT_ASKED' };
    const tap = asked.menu?.[solved - 1];
    const turn = `${number} ${round} ${attempt}`;
    const first = await this.say(key, `solved ${turn}`, tap ? { content: tap.content, menu: tap.id } : { content: String(solved) });
    if (!/满意吗/u.test(first.text)) return { code: 'REFUSED' };
    const second = await this.say(key, `satisfied ${turn}`, { content: String(satisfied) });
    keep(this.answered, key, this.sentLast(key));
    if (!/谢谢/u.test(second.text)) return { code: 'REFUSED' };
    this.counts.answers++;
    return { code: 'OK' };
  }

  // ---- the hotline above ----

  heard(envelope) {
    this.counts.heard++;
    if (envelope.kind === 'received' && envelope.our_number !== undefined) keep(this.numbers, envelope.source_id, envelope.our_number);
    if (envelope.kind === 'received' && envelope.body?.code !== undefined && envelope.our_number === undefined) keep(this.numbers, envelope.source_id, '');
  }

  async envelope(id, source_id, kind, body) {
    if (!this.envelopes.has(id)) {
      const seq = Math.max((this.places.get(source_id) ?? 0) + 1, 1);
      keep(this.places, source_id, seq);
      keep(this.envelopes, id, this.client.envelopeOf('city', { id, source_id, kind, seq, at: this.now(), body }));
    }
    const envelope = this.envelopes.get(id);
    for (;;) {
      const answer = await this.client.send(`${this.door('hotline')}/hotline/v1/messages`, 'city', this.trial.hotlineKey, envelope)
        .catch(() => ({ status: 0 }));
      if (answer.status !== 0 && answer.status !== 503) {
        this.counts.signed++;
        return answer;
      }
      await sleep(AGAIN_MS);
    }
  }

  async hotline({ act, key, place, title, text, phone, turn, round, attempt, solved, satisfied, note }) {
    if (act === 'report') {
      const answer = await this.envelope(key, key, 'dispatch', { text, ...(title && { title }), ...(place && { place }), ...(phone && { phone }) });
      if (answer.status !== 200) return { code: 'REFUSED' };
      if (this.reported.has(key)) return { code: 'DUPLICATE' };
      keep(this.reported, key, text);
      const number = await this.until(() => (this.numbers.has(key) ? [this.numbers.get(key)] : null));
      if (number === null) throw new Error('no number came');
      return number[0] === '' ? { code: 'REFUSED' } : { code: 'OK', number: number[0] };
    }
    const words = ['', 'yes', 'partly', 'no'];
    const tastes = ['', 'yes', 'fair', 'no'];
    const answer = act === 'answer'
      ? await this.envelope(`${key}/rating ${round}/${attempt}`, key, 'rating', { solved: words[solved], satisfied: tastes[satisfied], ...(note && { note }) })
      : await this.envelope(`${key}/${act} ${turn}`, key, act, act === 'supplement' ? { text } : { note: text ?? '' });
    return { code: answer.status === 200 ? 'OK' : 'REFUSED' };
  }

  // ---- devices ----

  // "机动车违停告警 位置：柳林新村北门消防通道 持续32分钟": what, where.
  async device(errand) {
    const [, kind] = /^(\S+?)告警/u.exec(errand.text) ?? [];
    const [, place] = /[：:](\S+)/u.exec(errand.text) ?? [];
    await this.devices.publishAsync(`qinghe/alarm/${errand.device}`,
      JSON.stringify({ id: errand.key, device: errand.device, kind: kind ?? errand.text, level: 'major', at: this.now(), place }), { qos: 1 });
    this.counts.alarms++;
    if (this.reported.has(errand.key)) return { code: 'DUPLICATE' };
    keep(this.reported, errand.key, errand.text);
    return { code: 'OK' };
  }

  // ---- Open311 ----

  async open311({ key, place, text, phone, category }) {
    const form = new URLSearchParams({ service_code: category, address_string: place, description: text, device_id: this.person(key), ...(phone && { phone }) });
    if (category === 'road.lamps') form.set('attribute[fault]', 'dark');
    for (;;) {
      const gateway = readFileSync(join(this.data, 'run', 'gateway.http'), 'utf8').trim();
      const answer = await fetch(`${gateway}/open311/v2/requests.json`, { method: 'POST', body: form }).catch(() => ({ status: 0 }));
      if (answer.status === 200) {
        const [posted] = await answer.json();
        const number = NUMBER.exec(posted.service_request_id ?? posted.token ?? '')?.[0];
        this.counts.requests++;
        if (this.reported.has(key)) return { code: 'DUPLICATE' };
        keep(this.reported, key, text);
        return number === undefined ? { code: 'REFUSED' } : { code: 'OK', number };
      }
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        console.error(`Open311: ${answer.status} ${await answer.text()}`);
        return { code: 'REFUSED' };
      }
      await sleep(AGAIN_MS);
    }
  }
}

const [, , act, data, ...words] = process.argv;
if (act === 'prepare') {
  await preparing(data, ...words);
} else if (act === 'run') {
  const outside = new Outside(data);
  process.on('exit', () => outside.mosquitto?.kill());
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  // The supervisor's word for "read again"; the clock is read each time anyway.
  process.on('SIGHUP', () => {});
  await outside.start();
  console.error('ready');
} else {
  console.error('trial.mjs prepare DATA SITE CHANNELS | run DATA');
  process.exit(64);
}
