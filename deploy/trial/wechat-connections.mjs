// wechat-connections: the side of WeCom's platform that robots connect to (智能机器人 长连接), for the stand-in
// (wechat-platform.mjs). A robot subscribes by its BotID and Secret, has one connection, is pushed what is said to
// it, and is acknowledged what it says. What may be said follows the platform's own client, which the tests let
// connect here too (npm @wecom/aibot-node-sdk).
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { WebSocketServer } from 'ws';

const REPLY_S = 24 * 3600; // a message may be answered for so long
const GREET_S = 5; // an event for so long

export class Connections {
  constructor(platform) {
    this.platform = platform;
    this.robots = new Map(); // code → {socket, callbacks, chats, seen}
    this.server = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
    platform.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  // The same behind TLS, files too; its address.
  async seal(certificate, key) {
    const server = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) },
      (request, response) => this.platform.serve(request, response));
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    this.sealed ??= `https://127.0.0.1:${server.address().port}`; // the first one's
    return `wss://127.0.0.1:${server.address().port}`;
  }

  upgrade(request, socket, head) {
    if (this.platform.away) {
      socket.destroy();
      return;
    }
    this.server.handleUpgrade(request, socket, head, (one) => {
      one.on('message', (data, binary) => this.take(one, data, binary));
      one.on('error', () => {});
      one.on('close', () => {
        const robot = this.robots.get(one.code);
        if (robot?.socket === one) robot.socket = undefined;
      });
    });
  }

  robot(code) {
    if (!this.robots.has(code)) this.robots.set(code, { callbacks: new Map(), chats: new Map(), subscribed: 0, pings: 0 });
    return this.robots.get(code);
  }

  take(one, data, binary) {
    let frame;
    try {
      frame = JSON.parse(data.toString());
    } catch {
      frame = undefined;
    }
    if (binary || typeof frame?.headers?.req_id !== 'string' || frame.headers.req_id === '') {
      one.close(1007, 'no frame');
      return;
    }
    const ack = ({ errcode, errmsg = 'ok' }) => one.send(JSON.stringify({ headers: { req_id: frame.headers.req_id }, errcode, errmsg }));
    if (frame.cmd === 'aibot_subscribe') {
      ack(this.subscribe(one, frame.body ?? {}));
      return;
    }
    if (one.code === undefined) {
      ack({ errcode: 846609, errmsg: 'aibot websocket not subscribed' });
      return;
    }
    const robot = this.robot(one.code);
    const fault = frame.cmd === 'ping' ? undefined : robot.faults?.shift();
    if (fault === 'lost') { // before it was taken
      one.terminate();
      return;
    }
    const answer = typeof fault === 'number' ? { errcode: fault, errmsg: 'as it was told to' } : this.answer(robot, one.code, frame);
    if (fault === 'unacknowledged') { // it was taken, and nobody hears of it
      one.terminate();
      return;
    }
    if (fault !== 'silent') ack(answer);
  }

  subscribe(one, { bot_id: bot, secret }) {
    const account = this.platform.accounts.find((each) => each.connect === 'websocket' && each.id === bot);
    if (account === undefined || account.secret !== secret) return { errcode: 853000, errmsg: 'invalid bot_id or secret' };
    const robot = this.robot(account.code);
    if (robot.socket !== undefined) {
      robot.socket.send(JSON.stringify({ cmd: 'aibot_event_callback', headers: { req_id: randomBytes(8).toString('hex') },
        body: { msgid: this.platform.id(), create_time: Math.floor(Date.now() / 1000), aibotid: bot, from: { userid: '' },
          msgtype: 'event', event: { eventtype: 'disconnected_event' } } }));
      robot.socket.close(1000);
    }
    one.code = account.code;
    robot.socket = one;
    robot.subscribed++;
    return { errcode: 0 };
  }

  answer(robot, code, { cmd, headers, body }) {
    const account = this.platform.account(code);
    const keep = (way, chat, person, text, more = {}) => {
      this.platform.keep({ code: account.code }, person, way, text, { chat, ...more });
      return { errcode: 0 };
    };
    if (cmd === 'ping') {
      robot.pings++;
      return { errcode: 0 };
    }
    if (cmd === 'aibot_send_msg') {
      const chat = robot.chats.get(body?.chatid);
      if (chat === undefined) return { errcode: 846604, errmsg: 'nobody spoke to the robot there' };
      if (body.msgtype !== 'markdown' || typeof body.markdown?.content !== 'string') return { errcode: 40008, errmsg: 'invalid message type' };
      if (body.chat_type !== undefined && body.chat_type !== (chat.group ? 2 : 1)) return { errcode: 40058, errmsg: 'invalid chat_type' };
      return keep('push', chat.group ? body.chatid : undefined, chat.person, body.markdown.content);
    }
    const held = robot.callbacks.get(headers.req_id);
    if (held === undefined || held.at + REPLY_S * 1000 < Date.now()) return { errcode: 846605, errmsg: 'invalid req_id' };
    if (cmd === 'aibot_respond_welcome_msg') {
      if (!held.event || held.answered || held.at + GREET_S * 1000 < Date.now()) return { errcode: 846605, errmsg: 'invalid req_id' };
      if (body?.msgtype !== 'text' || typeof body.text?.content !== 'string') return { errcode: 40008, errmsg: 'invalid message type' };
      held.answered = true;
      return keep('greeting', held.chat, held.person, body.text.content);
    }
    if (cmd !== 'aibot_respond_msg') return { errcode: 40066, errmsg: 'invalid cmd' };
    if (held.event) return { errcode: 846605, errmsg: 'invalid req_id' };
    const { id, finish, content } = body?.stream ?? {};
    if (body?.msgtype !== 'stream' || typeof id !== 'string' || typeof content !== 'string') return { errcode: 40008, errmsg: 'invalid message type' };
    if (held.streams.has(id)) return { errcode: 846608, errmsg: 'stream message update expired' };
    if (finish) held.streams.add(id);
    return keep('answer', held.chat, held.person, content, { stream: id });
  }

  // ---- for tests ----

  connected(code) {
    return this.robot(code).socket !== undefined;
  }

  status(code) {
    const { subscribed, pings, socket } = this.robot(code);
    return { subscribed, pings, connected: socket !== undefined };
  }

  // What the next frames of ours meet: 'lost', 'unacknowledged', 'silent' or an errcode.
  faults(code, list) {
    this.robot(code).faults = list;
  }

  hangUp(code) {
    this.robot(code).socket?.terminate();
  }

  // A file that a message may show, under a key of its own: {url, aeskey}.
  filePut(bytes) {
    const key = `${randomBytes(33).toString('base64').replace(/[^A-Za-z0-9]/g, 'a').slice(0, 42)}A`;
    return { url: this.platform.filePut('', bytes, key).replace(this.platform.base, this.sealed), aeskey: `${key}=` };
  }

  // A person says something to the robot; message: as robotMessage, or {event}. Returns what was pushed.
  push(code, person, message) {
    const account = this.platform.account(code);
    const robot = this.robot(code);
    if (robot.socket === undefined) throw new Error(`${code} is not connected`);
    const body = message.event === undefined ? JSON.parse(this.platform.robotMessage(account, person, message))
      : { msgid: message.id ?? this.platform.id(), create_time: Math.floor(Date.now() / 1000), aibotid: account.id, chattype: 'single',
        from: { userid: person }, msgtype: 'event', event: { eventtype: message.event } };
    body.aibotid = account.id;
    const id = message.reqId ?? randomBytes(16).toString('hex');
    robot.callbacks.set(id, { person, chat: message.chat, event: message.event !== undefined, at: Date.now(), streams: new Set() });
    robot.chats.set(message.chat ?? person, { group: message.chat !== undefined, person });
    const frame = JSON.stringify({ cmd: message.event === undefined ? 'aibot_msg_callback' : 'aibot_event_callback', headers: { req_id: id }, body });
    robot.socket.send(frame);
    return { id, frame, msgid: body.msgid };
  }

  // Whatever a platform must not send: text, or base64 of bytes that are no text.
  raw(code, text, binary = false) {
    const { socket } = this.robot(code);
    socket.send(binary ? Buffer.from(text, 'base64') : text, { binary });
  }

  // A frame so large, which is refused before it has come.
  flood(code, bytes) {
    const { socket } = this.robot(code);
    socket.send(`{"cmd":"x","headers":{"req_id":"1"},"body":"${'x'.repeat(bytes)}"}`);
  }

  // Bytes below the frames: a header that breaks RFC 6455 (a reserved bit, a masked frame of a server's).
  wire(code, base64) {
    this.robot(code).socket._socket.write(Buffer.from(base64, 'base64'));
  }
}
