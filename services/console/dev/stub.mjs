// A stand-in for the gateway, to look at screens with: answers its API from dev/world.mjs, streams events,
// serves build/console under the same headers. No rule is decided here and nothing is kept.
//   node dev/stub.mjs [--port 8319] [--tickets 2000] [--still] [--every 1500] [--rate 1]
// Log in as dispatcher, clerk, leader, supervisor, hotline, auditor, system or security, password
// "paidan"; as "totp" a second factor is asked for (123456).
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { readFileSync, existsSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as world from './world.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const PORT = Number(option('port', 8319)),
  FILES = fileURLToPath(new URL('../../../build/console/', import.meta.url));
world.fill(Number(option('tickets', 2000)));
for (let index = 0; index < 24; index++) world.newDeskItem(Date.now() - index * 150000);

// ---- who ----
const ROLES = {
  dispatcher: [{ role: 'dispatcher', area: 'qinghe' }],
  clerk: [{ role: 'clerk', unit: 'chengguan' }],
  leader: [
    { role: 'leader', unit: 'station-yangguang' },
    { role: 'clerk', unit: 'station-yangguang' },
  ],
  supervisor: [{ role: 'supervisor', unit: 'street-centre' }],
  hotline: [{ role: 'hotline', channel: 'hotline' }],
  auditor: [{ role: 'auditor' }],
  system: [{ role: 'system' }],
  security: [{ role: 'security' }],
  totp: [{ role: 'supervisor', unit: 'street-centre' }],
};
const NAMES = {
  dispatcher: '分拨员小周',
  clerk: '城管队张伟',
  leader: '站长李娜',
  supervisor: '督办员王芳',
  hotline: '话务员刘洋',
  auditor: '审计赵敏',
  system: '系统管理员',
  security: '安全管理员',
  totp: '督办员（双因子）',
};
const sessions = new Map();
const media = new Map();
const meOf = (name) => ({
  second_factor: name === 'totp',
  person: name,
  name: NAMES[name],
  roles: ROLES[name],
  csrf: `csrf-${name}`,
  language: 'zh',
  ...world.moment('expires', Date.now() + 1800000),
  must_change: false,
  must_set_factor: false,
  now_ms: Date.now(),
  rate: 1,
});

// ---- answers ----
const sortDue = (one, other) => (one.clocks[0]?.due_ms ?? Infinity) - (other.clocks[0]?.due_ms ?? Infinity);
const dueOf = (brief) => Math.min(...brief.clocks.map((clock) => clock.due_ms));
const all = () => [...world.tickets.values()];
const openOnes = () => all().filter(world.open);
const byDue = (list) => list.filter((brief) => brief.clocks.length > 0).sort((one, other) => dueOf(one) - dueOf(other));
void sortDue;
function counts() {
  const open = openOnes(),
    now = Date.now(),
    of = (test) => open.filter(test).length;
  return {
    open: open.length,
    overdue: of((brief) => dueOf(brief) <= now),
    red: of((brief) => brief.card === 'red'),
    yellow: of((brief) => brief.card === 'yellow'),
    resolved: all().filter((brief) => brief.state === 'resolved').length,
    closed: all().filter((brief) => brief.state === 'closed').length,
    levels: [1, 2, 3].map((level) => ({ level, open: of((brief) => brief.level === level) })),
    desk_waiting: world.desk.size,
    desk_overdue: [...world.desk.values()].filter((item) => item.clock.due_ms < now).length,
    desk_oldest_ms: Math.min(...[...world.desk.values()].map((item) => item.since_ms)),
    requests: world.requests().length,
  };
}
const wires = (list, request) => list.map((brief) => world.wire(brief, request.lang));
class Refused extends Error {
  constructor(status, code, zh, en) {
    super(code);
    Object.assign(this, { status, code, zh, en });
  }
}
const unknown = () =>
  new Refused(404, 'TICKET_UNKNOWN', '没有这张工单，请核对编号。', 'There is no such ticket; check its number.');
const ticketOf = (number) => {
  const brief = world.tickets.get(number);
  if (!brief) throw unknown();
  return brief;
};
function page(list, query, request, name = 'tickets') {
  const from = Number(query.get('cursor') ?? 0),
    limit = Math.min(Number(query.get('limit') ?? 100), 1000);
  return {
    [name]: wires(list.slice(from, from + limit), request),
    ...(from + limit < list.length ? { next: from + limit } : {}),
  };
}
function changed(brief, name, fields, actor) {
  brief.version++;
  Object.assign(brief, world.moment('changed', Date.now()));
  const event = world.fact(brief, name, Date.now(), fields, actor);
  tellTicket(brief);
  tell('fact', event, [`ticket:${brief.number}`, 'all']);
}
const DONE = {
  accept: 'accepted',
  contact: 'contacted',
  progress: 'progressed',
  resolve: 'resolved',
  return: 'returned',
  raise: 'raised',
  extend: 'requested',
  suspend: 'suspended',
  urge: 'urged',
  watch: 'supervised',
  order: 'ordered',
  yellow: 'carded',
  red: 'carded',
  grant: 'decided',
  refuse: 'decided',
};
function act(action, items, actor, unit) {
  return {
    results: items.map((item) => {
      const brief = world.tickets.get(item.number);
      if (!brief) return { number: item.number, code: 'TICKET_UNKNOWN' };
      if (item.version !== undefined && item.version !== brief.version)
        return {
          number: item.number,
          code: 'VERSION_CONFLICT',
          state: brief.state,
          version: brief.version,
          actor: '张伟',
          did: 'progressed',
          ...world.moment('at', Date.now() - 20000),
          unit: brief.unit,
        };
      if (action === 'accept') brief.state = 'accepted';
      if (action === 'resolve') {
        brief.state = 'resolved';
        brief.clocks = [];
      }
      if (action === 'return') brief.state = 'returned';
      if (action === 'urge') brief.urges = (brief.urges ?? 0) + 1;
      if (action === 'watch') brief.supervised = true;
      if (action === 'yellow' || action === 'red') brief.card = action;
      if (action === 'cancel_card') brief.card = 'none';
      if (action === 'order') {
        brief.unit = item.to_unit;
        brief.state = 'assigned';
      }
      if (action === 'extend')
        Object.assign(
          brief,
          { request: 'extension', request_to: 'street-centre' },
          world.moment('request_due', Date.now() + 7200000),
        );
      if (action === 'grant' || action === 'refuse') {
        delete brief.request;
        delete brief.request_to;
        delete brief.request_due_ms;
      }
      changed(
        brief,
        DONE[action] ?? action,
        { note: item.note, unit: item.to_unit ?? unit, card: action === 'red' ? '红牌' : '黄牌' },
        actor,
      );
      return { number: item.number, code: 'OK', version: brief.version, state: brief.state };
    }),
  };
}
function explain(brief) {
  return {
    number: brief.number,
    now: '',
    now_ms: Date.now(),
    clocks: brief.clocks.map((set) => {
      const cut = [
        set.start_ms,
        set.start_ms + (set.due_ms - set.start_ms) * 0.3,
        set.start_ms + (set.due_ms - set.start_ms) * 0.55,
        set.start_ms + (set.due_ms - set.start_ms) * 0.8,
        set.due_ms,
      ];
      const reasons = ['counted', 'closed', 'make_up', 'counted'];
      return {
        set,
        expired: set.due_ms < Date.now(),
        policy: 'urgency=normal level=street',
        counted_ms: 5 * 3600000,
        skipped_ms: 14 * 3600000,
        intervals: reasons.map((reason, at) => ({
          ...world.moment('from', cut[at]),
          ...world.moment('until', cut[at + 1]),
          reason,
          ...(reason === 'make_up' ? { name: '国庆节调休' } : {}),
        })),
      };
    }),
  };
}
const triaged = (brief) => ({
  state: world.desk.has(brief.number) ? 'desk_new' : 'routed',
  category: brief.category,
  area: brief.area,
  unit: brief.unit,
  why: '物业 漏水 阳光花园',
  categories: [brief.category],
  areas: [brief.area],
  desk: world.desk.get(brief.number),
});
const asked = (brief) =>
  ['resolved', 'closed'].includes(brief.state)
    ? {
        round: 1,
        attempt: 1,
        open: brief.state === 'resolved',
        ...(brief.state === 'closed'
          ? { solved: 'yes', satisfied: brief.satisfied, note: '居民表示满意' }
          : world.moment('due', Date.now() + 3600000)),
      }
    : undefined;
/** Figures of a code and a period: the same each time, the later the better. */
const NAMES_OF_COUNTS = Object.keys(world.words('en').rates_count);
function figures(code, period, size) {
  let chance = [...`${code}${period}`].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const some = (most) => (chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0) % Math.max(1, Math.round(most + 1));
  const counts = Object.fromEntries(NAMES_OF_COUNTS.map((name) => [name, 0]));
  const closed = Math.round(size * 0.8) + some(size * 0.2), exempt = some(size * 0.03), unreached = some(size * 0.08);
  const valid = Math.max(0, closed - exempt - unreached - some(size * 0.1)), no = some(valid * 0.12), partly = some(valid * 0.08), bad = some(valid * 0.1), fair = some(valid * 0.15);
  Object.assign(counts, { registered: size, closed, withdrawn: some(2), merged: some(3), accept_of: size, accept_in_time: size - some(size * 0.08), contact_of: size, contact_in_time: size - some(size * 0.15), handle_of: closed, handle_in_time: closed - some(closed * 0.12), valid, solved_no: no, solved_partly: partly, solved_yes: valid - no - partly, satisfied_no: bad, satisfied_fair: fair, satisfied_yes: valid - bad - fair, unreached, not_asked: closed - valid - exempt - unreached, exempt, returned: some(4), extended: some(3), suspended: some(2), yellow: some(4), red: some(1), reopened: no, raised: some(3), hops: some(6), chased: some(5), repeated: some(3), first_right: closed - some(4), first_of: closed });
  const rate = (name, numerator, denominator, asked) => ({ name, numerator, denominator, excluded: exempt, unreached: asked ? unreached : 0 });
  const rates = [rate('response', counts.contact_in_time, size), rate('solution', counts.solved_yes * 100 + partly * 50, valid * 100, true), rate('satisfaction', counts.satisfied_yes + fair, valid, true), rate('on_accept', counts.accept_in_time, size), rate('on_contact', counts.contact_in_time, size), rate('on_handle', counts.handle_in_time, closed)];
  const [response, solution, satisfaction] = rates.map((each) => each.numerator / each.denominator);
  return { counts: Object.values(counts), rates, times: [{ which: 'time_accept', median_ms: 1500000, p90_ms: 7200000, of: size }, { which: 'time_whole', median_ms: 93600000, p90_ms: 345600000, of: closed }], ...(valid ? { score: Math.round(3000 * response + 3500 * solution + 3500 * satisfaction) } : {}) };
}
function rates(query) {
  const tables = world.siteTables('zh'), by = query.get('by'), from = query.get('from');
  const formula = { preset: 'zhungeer', weight_response: 30, weight_solution: 35, weight_satisfaction: 35, partly: 50, fair: 100, unreached_counted: false, response: 'contact' };
  const list = { unit: tables.units, area: tables.areas, category: tables.categories, channel: tables.channels, all: [{}] }[by].filter((row) => !query.get('code') || row.code === query.get('code'));
  if (!from) {
    const now = (size) => ({ counts: NAMES_OF_COUNTS.map((name) => ({ open: size, coordinating: size % 3, suspended_now: size % 2, overdue_now: size % 5 })[name] ?? 0) });
    return { rows: list.map((row, at) => ({ ...(row.code ? { code: row.code } : {}), ...now(1 + ((at * 7) % 11)) })), whole: now(58), formula };
  }
  if (from < '2026-06') return { rows: [], whole: { counts: NAMES_OF_COUNTS.map(() => 0), rates: [] }, formula };
  if (query.get('per_period')) {
    const rows = [];
    for (let at = Date.parse(from); at <= Date.parse(query.get('until')); at += 86400000) {
      const period = new Date(at).toISOString().slice(0, 10);
      rows.push({ period, ...figures(query.get('code') ?? '', period, 20 + ((at / 86400000) * 17) % 31) });
    }
    return { rows, formula };
  }
  const rows = list.map((row, at) => ({ ...(row.code ? { code: row.code } : {}), ...figures(row.code ?? '', from, by === 'all' ? 931 : 12 + ((at * 29) % 83)) }));
  const order = [...rows].sort((one, other) => (other.score ?? 0) - (one.score ?? 0));
  if (by !== 'all') for (const row of rows) if (row.score !== undefined) row.rank = order.indexOf(row) + 1;
  return { rows, whole: figures('', from, 931), formula };
}
/** Of whoever calls: two that are open, three that are over. */
function callerTickets() {
  const list = all(), is = (brief) => ['closed', 'withdrawn'].includes(brief.state);
  return [...list.filter((brief) => !is(brief)).slice(0, 2), ...list.filter(is).slice(0, 3)];
}
/** As the archive answers: no clocks, the newest first, pages by number. */
function search(wish, among) {
  const words = (wish.words ?? '').split(/\s+/).filter(Boolean);
  const found = among
    .filter((brief) => words.every((word) => (brief.text.text + brief.text.place + brief.title).includes(word)) && (!wish.number || brief.number === wish.number))
    .filter((brief) => ['state', 'unit', 'area', 'category', 'channel'].every((name) => !wish[name] || brief[name] === wish[name]))
    .sort((one, other) => (one.number < other.number ? 1 : -1));
  const from = Number(wish.cursor ?? 0), limit = Number(wish.limit ?? 100);
  const tickets = found.slice(from, from + limit).map((brief) => ({ ...world.wire(brief), clocks: undefined, version: undefined }));
  return { tickets, ...(from + limit < found.length ? { next: from + limit } : {}), seq: 12, head: 12 };
}
const ruledOn = new Set();
function ratesTickets(query) {
  const late = query.get('count').endsWith('_of') ? [query.get('count').split('_')[0]] : undefined;
  return { tickets: all().slice(0, 23).map((brief, at) => ({ number: brief.number, title: brief.title, unit: brief.unit, area: brief.area, category: brief.category, channel: brief.channel, ...world.moment('registered', brief.registered_ms), ...world.moment('closed', brief.registered_ms + 86400000), state: 'closed', outcome: 'solved', solved: /no$/.test(query.get('count')) ? 'no' : 'yes', satisfied: 'fair', ...(late && at % 4 === 0 ? { late } : {}), ...(query.get('count') === 'exempt' ? { exempt: { reason: '诉求人地址不在本辖区', asked_by: 'clerk', ...world.moment('asked', Date.now() - 86400000), granted: true, ruled_by: 'supervisor', note: '属实' } } : {}) })) };
}
/** Twelve weeks of three categories: one goes well, one was withdrawn, one by hand. */
function triageStats() {
  const week = 7 * 24 * 3600 * 1000;
  const monday = Math.floor((Date.now() - 4 * 24 * 3600 * 1000) / week) * week + 4 * 24 * 3600 * 1000;
  const codes = world.siteTables('zh').categories.slice(0, 3).map((each) => each.code);
  const weeks = [];
  for (let back = 11; back >= 0; back--)
    codes.forEach((category, at) => {
      const out = at === 1 && back < 4 ? 0 : 30 + ((back * 7 + at * 11) % 17);
      const wrong = at === 1 ? Math.round(out / 5) : back % 3 === 0 ? 1 : 0;
      const number = Math.ceil(((monday - back * week) % (365.25 * 24 * 3600 * 1000)) / week);
      weeks.push({ week: `2026-W${String(number).padStart(2, '0')}`, from_ms: monday - back * week, category, itself: out, desk: at === 1 && back < 4 ? 41 : 9, agreed: 6, changed: 3, returned: wrong + 1, recalled: 0, right: out - wrong, wrong });
    });
  return {
    target: 980, window: 200, least: 20, weeks, examples: 218,
    categories: [
      { category: codes[0], step: 0, threshold: 712, withdrawn: false, by_hand: false, right: 197, of: 200, measured: 985, low: 970, high: 993, spans: [] },
      { category: codes[1], step: 4, threshold: 964, withdrawn: true, by_hand: false, right: 25, of: 31, measured: 806, low: 701, high: 881, since_ms: Date.now() - 3.5 * week,
        spans: [{ from_ms: Date.now() - 3.5 * week, why: 'low', right: 16, of: 20 }] },
      { category: codes[2], step: 1, threshold: 856, withdrawn: false, by_hand: false, right: 0, of: 0, since_ms: Date.now() - week,
        spans: [{ from_ms: Date.now() - 9 * week, until_ms: Date.now() - 8 * week, why: 'by_hand', right: 40, of: 44 }] },
    ],
    models: [{ file: 'model.learn', version: 0x4f31c02a }],
  };
}

const routes = [
  ['GET', /^\/me$/, ({ who }) => meOf(who)],
  ['GET', /^\/site$/, ({ lang }) => world.siteTables(lang)],
  ['GET', /^\/words$/, ({ lang }) => world.words(lang)],
  ['GET', /^\/calendar\/([\w-]+)\/([\d-]+)$/, ({ parts }) => world.month(parts[0], parts[1])],
  [
    'GET',
    /^\/board$/,
    (request) => ({
      tickets: wires(byDue(openOnes()).slice(0, Number(request.query.get('limit') ?? 50)), request),
      ...counts(),
    }),
  ],
  [
    'GET',
    /^\/due$/,
    (request) =>
      page(
        byDue(openOnes()).filter((brief) => !request.query.get('unit') || brief.unit === request.query.get('unit')),
        request.query,
        request,
      ),
  ],
  [
    'GET',
    /^\/alarms$/,
    (request) => {
      const red = openOnes().filter((brief) => brief.card === 'red'),
        none = openOnes().filter((brief) => /duty/.test(brief.unit) && brief.state === 'assigned');
      return {
        repeating: wires(red.slice(0, 100), request),
        repeating_count: red.length,
        ownerless: wires(none.slice(0, 100), request),
        ownerless_count: none.length,
        unknown_years: ['office'],
        waiting: world.requests().slice(0, 3).map(world.requestOf),
        waiting_count: world.requests().length,
        lapsed: world
          .requests()
          .slice(-2)
          .map((brief) => ({ ...world.requestOf(brief), ...world.moment('lapsed', Date.now() - 7200000) })),
        lapsed_count: 17,
      };
    },
  ],
  ['GET', /^\/requests$/, () => ({ requests: world.requests().map(world.requestOf) })],
  [
    'GET',
    /^\/unit-counts$/,
    () => ({
      units: world.siteTables('zh').units.map((unit, at) => ({
        unit: unit.code,
        counts: [
          { name: 'assigned', value: 40 + at * 7 },
          { name: 'returned', value: at },
          { name: 'accepted_late', value: at % 4 },
          { name: 'cards_red', value: at % 3 },
        ],
      })),
    }),
  ],
  [
    'GET',
    /^\/stats\/(\w+)$/,
    () => ({
      counts: [
        { name: 'registered', value: 2024 },
        { name: 'duplicates', value: 12 },
      ],
    }),
  ],
  ['GET', /^\/triage\/stats$/, () => triageStats()],
  ['GET', /^\/rates$/, ({ query }) => rates(query)],
  ['GET', /^\/exemptions$/, () => ({ tickets: all().slice(3, 5).filter(({ number }) => !ruledOn.has(number)).map((brief) => ({ number: brief.number, title: brief.title, unit: brief.unit, area: brief.area, category: brief.category, ...world.moment('registered', brief.registered_ms), state: 'closed', outcome: 'solved', exempt: { reason: '诉求人地址不在本辖区', asked_by: 'leader', ...world.moment('asked', Date.now() - 3600000) } })) })],
  ['POST', /^\/tickets\/([\d-]+)\/exempt$/, () => ({ seq: 1 })],
  ['POST', /^\/tickets\/([\d-]+)\/exempt-rule$/, ({ parts }) => { ruledOn.add(parts[0]); return { seq: 1 }; }],
  ['GET', /^\/rates\/tickets$/, ({ query }) => ratesTickets(query)],
  ['POST', /^\/triage\/trust$/, () => ({ seq: 1 })],
  [
    'GET',
    /^\/channels$/,
    () => ({
      now_ms: Date.now(),
      adapters: [
        {
          adapter: 'wechat',
          zh: '微信',
          en: 'WeChat',
          up: true,
          status: {
            channel: 'wechat',
            last_heard_ms: Date.now() - 42000,
            heard: 18234,
            again: 12,
            refused: 3,
            refused_why: 'FORBIDDEN',
            last_refused_ms: Date.now() - 3600000,
            token_until_ms: Date.now() + 3000000,
            destinations: [
              { to: 'intake', waiting: 0, dead: 0, failures: 0, sent_ms: Date.now() - 41000 },
              {
                to: 'wechat-api',
                waiting: 17,
                dead: 2,
                failures: 4,
                rest_until_ms: Date.now() + 30000,
                reason: '45047 out of response count limit',
                failed_ms: Date.now() - 9000,
                sent_ms: Date.now() - 120000,
              },
            ],
            quotas: [{ name: 'customer_messages', used: 412, limit: 500 }],
          },
        },
        {
          adapter: 'mqtt',
          zh: '设备警报',
          en: 'device alarms',
          up: true,
          status: {
            channel: 'device',
            last_heard_ms: Date.now() - 1000,
            heard: 900,
            again: 0,
            refused: 0,
            connected: true,
            destinations: [{ to: 'intake', waiting: 0, dead: 0, failures: 0, sent_ms: Date.now() - 60000 }],
          },
        },
        { adapter: 'webhook', zh: '事件推送', en: 'webhooks', up: false },
      ],
    }),
  ],
  [
    'GET',
    /^\/channels\/(\w+)\/outbox$/,
    ({ parts: [adapter] }) => ({
      deliveries:
        adapter === 'wechat'
          ? [811, 977].map((delivery) => ({
              delivery,
              to: 'wechat-api',
              of: delivery - 1,
              what: 'replied',
              asked_ms: Date.now() - 86400000,
              until_ms: Date.now(),
              next_ms: Date.now(),
              attempts: 9,
              dead: true,
            }))
          : [],
    }),
  ],
  ['POST', /^\/channels\/\w+\/outbox\/\d+\/(retry|drop)$/, () => ({ seq: 1 })],
  [
    'GET',
    /^\/ping$/,
    () => ({
      services: ['intake', 'triage', 'escalation', 'callback', 'access'].map((service) => ({
        service,
        answers: true,
        version: '0.9.0',
        head_seq: 41000,
        site_version: 1234,
        following: [{ log: 'intake', cursor: 40990, head: 41000 }],
        map_used: 84e6,
        map_size: 4e9,
      })),
    }),
  ],
  [
    'GET',
    /^\/tickets$/,
    (request) =>
      page(
        all()
          .filter((brief) =>
            ['state', 'unit', 'category'].every(
              (name) => !request.query.get(name) || brief[name] === request.query.get(name),
            ),
          )
          .sort((one, other) => other.registered_ms - one.registered_ms),
        request.query,
        request,
      ),
  ],
  [
    'GET',
    /^\/tickets\/([\d-]+)$/,
    (request) => {
      const brief = ticketOf(request.parts[0]);
      return {
        ...world.wire(brief, request.lang),
        all_clocks: brief.clocks,
        triage: triaged(brief),
        callback: asked(brief),
        ...(request.query.get('history')
          ? {
              history: world.histories
                .get(brief.number)
                .map((event) => ({ ...event, says: request.lang === 'en' ? event.says_en : event.says_zh })),
            }
          : {}),
      };
    },
  ],
  ['GET', /^\/tickets\/([\d-]+)\/explain$/, ({ parts }) => explain(ticketOf(parts[0]))],
  ['GET', /^\/tickets\/([\d-]+)\/triage$/, ({ parts }) => triaged(ticketOf(parts[0]))],
  [
    'GET',
    /^\/tickets\/([\d-]+)\/callback$/,
    ({ parts }) => {
      const found = asked(ticketOf(parts[0]));
      if (!found) throw unknown();
      return found;
    },
  ],
  [
    'POST',
    /^\/texts$/,
    ({ body }) => ({
      texts: body.numbers.map((number) => {
        const brief = ticketOf(number);
        return {
          ...brief.text,
          phone:
            brief.text.phone && (body.phones ? brief.text.phone : brief.text.phone.replace(/(\d{3})\d{4}/, '$1****')),
          reporter: body.phones ? '王秀英' : '王**',
          ...world.moment('registered', brief.registered_ms),
          supplements: brief.chases ? ['还是没人来，麻烦快点'] : [],
          supplements_ms: brief.chases ? [brief.registered_ms + 3600000] : [],
          attachments: [
            { name: '现场.jpg', url: 'https://example.invalid/1.jpg', media_type: 'image/jpeg', bytes: 182000 },
          ],
        };
      }),
    }),
  ],
  ['POST', /^\/(work|supervise)$/, ({ body, who }) => act(body.action, body.items, who, body.unit)],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/(supplement|chase|withdraw)$/,
    ({ parts, body, who }) => {
      const brief = ticketOf(parts[0]);
      if (parts[1] === 'chase') brief.chases = (brief.chases ?? 0) + 1;
      changed(brief, 'chased', { note: body.note }, who);
      return { number: brief.number };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/merge$/,
    ({ parts, body, who }) => {
      const brief = ticketOf(parts[0]), head = ticketOf(body.into);
      if (brief === head) throw new Refused(422, 'MERGE_SELF', '不能并入自己。', 'A ticket cannot be merged into itself.');
      Object.assign(brief, { state: 'merged', unit: '', merged_into: head.number });
      head.members = (head.members ?? 0) + 1;
      if (world.desk.delete(brief.number)) tell('desk', { number: brief.number, gone: true }, ['desk']);
      changed(brief, 'merged', { into: head.number }, who);
      changed(head, 'joined', { member: brief.number, count: head.members }, who);
      return { number: brief.number };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/unmerge$/,
    ({ parts, who }) => {
      const brief = ticketOf(parts[0]), head = ticketOf(brief.merged_into), from = head.number;
      const item = { ...world.newDeskItem(Date.now()), number: brief.number, title: brief.title, reasons: ['unmerged'], categories: [brief.category], areas: [brief.area] };
      world.desk.set(brief.number, item);
      Object.assign(brief, { state: 'desk', merged_into: undefined });
      head.members--;
      changed(brief, 'unmerged', { from }, who);
      changed(head, 'parted', { member: brief.number, count: head.members }, who);
      tell('desk', { number: brief.number, item }, ['desk']);
      return { number: brief.number };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/correct$/,
    ({ parts, body, who }) => {
      const brief = ticketOf(parts[0]), { version: ignored, note, ...changes } = body;
      Object.assign(brief, changes);
      changed(brief, 'corrected', { note }, who);
      return { number: brief.number };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/split$/,
    ({ parts, body, who }) => {
      const brief = ticketOf(parts[0]);
      const results = body.parts.map((part) => ({ code: 'OK', number: Object.assign(world.newTicket(Date.now(), 'desk'), { title: part.text }).number }));
      changed(brief, 'split', {}, who);
      return { results };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/recall$/,
    ({ parts, who }) => {
      const brief = ticketOf(parts[0]);
      if (brief.state !== 'assigned') throw new Refused(409, 'RECALL_TOO_LATE', '已经签收或已经了结，不能再撤回分拨。', 'It was accepted, or is over.');
      const item = { ...world.newDeskItem(Date.now()), number: brief.number, title: brief.title, reasons: ['recalled'], unit: brief.unit, categories: [brief.category], areas: [brief.area] };
      world.desk.set(brief.number, item);
      Object.assign(brief, { state: 'desk', unit: '' });
      changed(brief, 'recalled', { unit: item.unit }, who);
      tell('desk', { number: brief.number, item }, ['desk']);
      return { number: brief.number };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/dispatch$/,
    ({ parts, body, who }) => {
      const brief = ticketOf(parts[0]);
      world.desk.delete(parts[0]);
      Object.assign(brief, {
        state: 'assigned',
        unit: body.unit,
        category: body.category ?? brief.category,
        area: body.area ?? brief.area,
      });
      changed(brief, 'routed', { unit: body.unit }, who);
      tell('desk', { number: parts[0], gone: true }, ['desk']);
      return {
        number: parts[0],
        dispatched: {
          unit: body.unit,
          level: brief.level,
          category: brief.category,
          area: brief.area,
          area_from: 'found',
          urgency: brief.urgency,
        },
      };
    },
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/supervise\/(\w+)$/,
    ({ parts, body, who }) => act(parts[1], [{ number: parts[0], ...body }], who, body.unit),
  ],
  [
    'POST',
    /^\/tickets\/([\d-]+)\/(\w+)$/,
    ({ parts, body, who, version }) => act(parts[1], [{ number: parts[0], version, ...body }], who, body.unit),
  ],
  [
    'POST',
    /^\/tickets$/,
    ({ body }) => {
      const brief = world.newTicket(Date.now(), 'assigned');
      brief.text.text = (body.tickets?.[0] ?? body).text;
      tellTicket(brief);
      const result = { code: 'OK', number: brief.number, query_code: 'K7M2QX' };
      return body.tickets ? { results: body.tickets.map(() => result) } : result;
    },
  ],
  [
    'GET',
    /^\/desk$/,
    () => {
      const items = [...world.desk.values()].sort((one, other) => one.clock.due_ms - other.clock.due_ms),
        each = counts();
      return { items, waiting: each.desk_waiting, overdue: each.desk_overdue, oldest_ms: each.desk_oldest_ms };
    },
  ],
  [
    'GET',
    /^\/units\/([\w-]+)\/work$/,
    (request) =>
      page(
        byDue(openOnes()).filter((brief) => brief.unit === request.parts[0]),
        request.query,
        request,
      ),
  ],
  [
    'POST',
    /^\/units\/([\w-]+)\/pull$/,
    (request) => ({
      tickets: wires(
        byDue(openOnes())
          .filter((brief) => brief.unit === request.parts[0] && brief.state === 'assigned')
          .slice(0, request.body.max ?? 1),
        request,
      ),
      ...world.moment('lease_until', Date.now() + 600000),
    }),
  ],
  ['GET', /^\/callbacks$/, () => ({ tasks: world.callbacks().slice(0, 100) })],
  [
    'POST',
    /^\/callbacks\/pull$/,
    () => ({ tasks: world.callbacks().slice(0, 5), ...world.moment('lease_until', Date.now() + 600000) }),
  ],
  [
    'GET',
    /^\/phones$/,
    () => ({
      calls: [...world.tickets.values()].slice(0, 3).map((brief, at) => ({ call: 41 + at, number: brief.number, about: at === 1 ? 'closed' : 'filed', about_name: at === 1 ? '办结' : '登记编号', tries: at, ...(at === 2 ? { holder: 'hotline.two' } : {}), ...world.moment('asked', Date.now() - 3600000 * (at + 1)) })),
    }),
  ],
  ['POST', /^\/phones\/take$/, ({ body }) => ({ call: { call: body.call, number: [...world.tickets.values()][0].number, about: 'filed', tries: 0, ...world.moment('asked', Date.now() - 3600000) }, phone: '13800000001', text: '您反映的问题已登记，编号 20261130-0001-7。' })],
  ['POST', /^\/phones\/done$/, () => ({ seq: 1 })],
  [
    'GET',
    /^\/bulletins\/work$/,
    ({ query }) => {
      const [first, second, third, fourth] = [...world.tickets.values()];
      const row = (state, brief, more) => ({ state, title: '柳林小区：楼道灯已修好', text: '柳林物业已办结。已更换楼道灯，夜里照常亮。', area: brief.area, category: brief.category, unit: brief.unit, number: brief.number, ...more });
      const dated = world.moment('published', Date.now() - 3600000);
      if (query.get('state') === 'proposed') return { bulletins: [row('proposed', first)] };
      return {
        bulletins: [
          row('draft', second, { drafted_by: 'wang', ...world.moment('drafted', Date.now() - 7200000) }),
          row('published', third, { drafted_by: 'wang', ruled_by: 'li', ...dated, ...world.moment('until', Date.now() + 86400000) }),
          row('withdrawn', fourth, { drafted_by: 'wang', ruled_by: 'li', reopened: true }),
        ],
      };
    },
  ],
  [
    'GET',
    /^\/calls$/,
    () => ({
      channel: 'hotline',
      calls: [
        { call_id: 'c-1', channel: 'hotline', state: 'ringing', from: '138****0001', to: '12345', outward: false, users: ['zhao', 'qian'], ...world.moment('rang', Date.now() - 12000) },
        { call_id: 'c-2', channel: 'hotline', state: 'answered', from: '139****0002', to: '12345', outward: false, users: ['sun'], by: 'hotline.two', ...world.moment('rang', Date.now() - 95000), ...world.moment('answered', Date.now() - 80000) },
      ],
      ...world.moment('now', Date.now()),
    }),
  ],
  ['POST', /^\/calls\/take$/, ({ body }) => ({ call_id: body.call_id, from: '13800000001', to: '12345', ...world.moment('rang', Date.now() - 12000) })],
  ['POST', /^\/callbacks\/miss$/, ({ body }) => ({ number: body.number, attempts: 1, ...world.moment('open', Date.now() + 7200000) })],
  ['POST', /^\/callers$/, () => ({ tickets: callerTickets().map((brief) => world.wire(brief)) })],
  ['GET', /^\/search$/, ({ query }) => search(Object.fromEntries(query), [...world.tickets.values()])],
  ['POST', /^\/search$/, ({ body }) => search(body, callerTickets())],
  [
    'POST',
    /^\/callbacks\/answer$/,
    ({ body, who }) => ({
      results: body.replies.map((reply) => {
        const brief = ticketOf(reply.number);
        brief.state = 'closed';
        brief.outcome = 'solved';
        changed(brief, 'closed', {}, who);
        return { number: reply.number, code: 'OK' };
      }),
    }),
  ],
  ['POST', /^\/try$/, ({ body }) => world.judge(body)],
  [
    'POST',
    /^\/lookup$/,
    ({ body }) => {
      const brief = ticketOf(body.number);
      return {
        number: brief.number,
        state: brief.state,
        ...world.moment('registered', brief.registered_ms),
        ...world.moment('changed', brief.changed_ms),
        chases: brief.chases,
        supplements: 0,
        title: brief.title,
      };
    },
  ],
  [
    'GET',
    /^\/people$/,
    ({ query }) => ({
      people: Object.keys(ROLES)
        .map((person, at) => ({
          person,
          full_name: NAMES[person],
          state: at === 1 ? 'invited' : at === 7 ? 'disabled' : 'active',
          roles: ROLES[person],
          second_factor: person === 'totp',
          ...world.moment('added', Date.now() - 86400000 * 90),
          ...world.moment('login', Date.now() - 86400000),
          sessions: at % 3,
          ...(at === 2 ? world.moment('locked_until', Date.now() + 800000) : {}),
        }))
        .filter((each) => !query.get('role') || each.roles.some((role) => role.role === query.get('role'))),
    }),
  ],
  ['POST', /^\/people$/, () => ({ seq: 9, password: 'kupa-4821-wemo-3' })],
  [
    'POST',
    /^\/people\/([\w.-]+)$/,
    ({ body, parts }) =>
      body.new_password
        ? { seq: 10, password: 'rito-9914-bale-7' }
        : ['system', 'security', 'auditor'].includes(parts[0])
          ? { change: 17 }
          : { seq: 10 },
  ],
  [
    'GET',
    /^\/roles$/,
    ({ query }) => ({
      roles: Object.keys(ROLES)
        .flatMap((person) => ROLES[person].map((role) => ({ ...role, person, full_name: NAMES[person], state: 'active' })))
        .filter((each) => !query.get('role') || each.role === query.get('role')),
    }),
  ],
  [
    'POST',
    /^\/roles$/,
    ({ body }) => (['system', 'security', 'auditor'].includes(body.role.role) ? { change: 18 } : { seq: 11 }),
  ],
  [
    'GET',
    /^\/changes$/,
    () => ({
      changes: [
        {
          change: 17,
          kind: 'role_grant',
          person: 'wang.wu',
          role: { role: 'auditor' },
          asked_by: 'security',
          ...world.moment('asked', Date.now() - 7200000),
          ...world.moment('lapses', Date.now() + 86400000),
        },
        {
          change: 16,
          kind: 'disable',
          person: 'li.si',
          asked_by: 'system',
          ...world.moment('asked', Date.now() - 9200000),
          ...world.moment('lapses', Date.now() + 76400000),
        },
      ],
    }),
  ],
  ['POST', /^\/changes\/decide$/, () => ({ seq: 12 })],
  [
    'GET',
    /^\/(?:me\/)?sessions$/,
    ({ who }) => ({
      sessions: ['supervisor', who, 'clerk'].map((person, at) => ({
        session: `a1b2c3d4e5f6071${at}`,
        person,
        via: `10.1.2.${at + 3}`,
        own: at === 1,
        ...world.moment('began', Date.now() - 7200000 * (at + 1)),
        ...world.moment('seen', Date.now() - 60000 * at),
        ...world.moment('ends', Date.now() + 1700000),
      })),
    }),
  ],
  ['POST', /^\/(?:me\/sessions\/\w+\/end|sessions\/revoke|keys\/revoke)$/, () => ({ seq: 13 })],
  [
    'POST',
    /^\/me\/password$/,
    ({ body }) => {
      if (body.password !== 'paidan')
        throw new Refused(401, 'LOGIN_FAILED', '用户名或密码不对。', 'The name or the password is wrong.');
      return { seq: 14 };
    },
  ],
  [
    'POST',
    /^\/me\/totp$/,
    ({ body }) =>
      body.act === 'start'
        ? {
            secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
            uri: 'otpauth://totp/Paidan:zhang.san?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Paidan',
          }
        : body.act === 'confirm'
          ? { recovery_codes: Array.from({ length: 10 }, (_, at) => `abcd-ef${at}h`) }
          : {},
  ],
  [
    'GET',
    /^\/keys$/,
    () => ({
      keys: [
        {
          key: '0123456789abcdef',
          label: '12345 热线',
          roles: [{ role: 'adapter', channel: 'hotline' }],
          made_by: 'security',
          ...world.moment('made', Date.now() - 9e9),
          ...world.moment('expires', Date.now() + 9e9),
          ...world.moment('used', Date.now() - 60000),
        },
        {
          key: 'fedcba9876543210',
          label: '旧设备',
          roles: [{ role: 'adapter', channel: 'device' }],
          made_by: 'security',
          ...world.moment('made', Date.now() - 9e9),
          ...world.moment('revoked', Date.now() - 4e9),
        },
      ],
    }),
  ],
  ['POST', /^\/keys$/, () => ({ key: '00aa11bb22cc33dd', secret: `pd_00aa11bb22cc33dd_${'5f'.repeat(32)}` })],
  [
    'GET',
    /^\/audit$/,
    ({ query }) => ({
      next: Number(query.get('cursor') ?? 9000) - 100,
      facts: Array.from({ length: 100 }, (_, at) => ({
        service: 'access',
        seq: Number(query.get('cursor') ?? 9000) - at,
        ...world.moment('at', Date.now() - at * 600000),
        cause: { actor: world.pick(Object.keys(ROLES)) },
        says: world.pick(['登录', '授予角色：承办人 · 城管执法队', '登录失败：密码不对（第 2 次）', '改密']),
      })),
    }),
  ],
  [
    'POST',
    /^\/media$/,
    ({ raw }) => {
      const hash = createHash('sha256').update(raw).digest('hex');
      media.set(hash, raw);
      return { hash, media_type: 'image/jpeg', bytes: raw.length };
    },
  ],
];

// ---- streams ----
const watchers = new Set();
let eventId = 0;
function tell(kind, data, topics) {
  const frame = `id: ${++eventId}-0-0-0\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const each of watchers) if (!topics || topics.includes(each.topic)) each.response.write(frame);
}
const tellTicket = (brief) =>
  tell('ticket', world.wire(brief), ['board', 'all', `unit:${brief.unit}`, `ticket:${brief.number}`]);
const argument = (name) => process.argv.includes(name);
/** --lively: also at the desk something comes and goes, and each ticket that is looked at hears of itself. */
function lively() {
  const item = world.newDeskItem(Date.now()),
    [oldest] = world.desk.keys();
  tell('desk', { number: item.number, item }, ['desk']);
  world.desk.delete(oldest);
  world.tickets.delete(oldest);
  tell('desk', { number: oldest, gone: true }, ['desk']);
  for (const { topic } of watchers) {
    const brief = world.tickets.get(/^ticket:(.*)/.exec(topic)?.[1]);
    if (!brief) continue;
    brief.version++;
    tell('ticket', world.wire(brief), [topic]);
    tell('fact', { service: 'escalation', number: brief.number, seq: brief.version, at_ms: Date.now() }, [topic]);
  }
}
if (!argument('--still')) {
  // Something happens, and what was done makes room for something new: as many are open as before.
  setInterval(
    () => {
      if (!watchers.size) return;
      const [brief, event] = world.happen();
      tellTicket(brief);
      tell('fact', event, [`ticket:${brief.number}`, 'all']);
      if (!world.open(brief)) tellTicket(world.another());
      if (argument('--lively')) lively();
    },
    Number(option('every', 1500)),
  );
  setInterval(() => {
    if (watchers.size) tell('counts', counts(), ['board', 'desk', 'all']);
  }, 2000);
  setInterval(() => {
    if (!watchers.size) return;
    const item = world.newDeskItem(Date.now());
    tell('desk', { number: item.number, item }, ['desk']);
  }, 20000);
}
setInterval(() => tell('time', { now_ms: Date.now(), rate: 1 }), 15000);

// ---- the door ----
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SAFE = {
  'Content-Security-Policy':
    "default-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
function json(response, status, body, more = {}) {
  response.writeHead(status, {
    ...SAFE,
    'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json',
    'Cache-Control': 'no-store',
    ...more,
  });
  response.end(JSON.stringify(body));
}
const problem = (response, status, code, zh, en) => json(response, status, { title: code, status, code, zh, en });
async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  try {
    return { body: JSON.parse(raw.toString() || '{}'), raw };
  } catch {
    return { body: {}, raw };
  }
}
function login(response, body) {
  const name = body.name;
  if (!ROLES[name] || body.password !== 'paidan')
    return problem(response, 401, 'LOGIN_FAILED', '用户名或密码不对。', 'The name or the password is wrong.');
  if (name === 'totp' && body.totp !== '123456')
    return problem(
      response,
      401,
      body.totp ? 'LOGIN_FAILED' : 'SECOND_FACTOR_NEEDED',
      '请输入动态验证码。',
      'The code of the second factor is needed.',
    );
  const token = Math.random().toString(36).slice(2);
  sessions.set(token, name);
  return json(
    response,
    200,
    { me: meOf(name) },
    { 'Set-Cookie': `paidan=${token}; Path=/; HttpOnly; SameSite=Strict` },
  );
}
function file(response, path) {
  const name = normalize(path.replace(/^\/console\//, '')) || 'index.html',
    full = join(FILES, name === '.' ? 'index.html' : name);
  if (!full.startsWith(FILES) || !existsSync(full))
    return problem(response, 404, 'NOT_FOUND', '没有这个页面。', 'There is no such page.');
  response.writeHead(200, { ...SAFE, 'Content-Type': TYPES[extname(full)] ?? 'application/octet-stream' });
  return response.end(readFileSync(full));
}
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://stub');
  if (url.pathname === '/') {
    response.writeHead(302, { Location: '/console/' });
    return response.end();
  }
  if (!url.pathname.startsWith('/api/v1')) return file(response, url.pathname);
  const path = url.pathname.slice(7),
    who = sessions.get(/paidan=(\w+)/.exec(request.headers.cookie ?? '')?.[1]);
  const { body, raw } = await bodyOf(request);
  if (path === '/login') return login(response, body);
  if (path === '/logout') {
    sessions.delete(/paidan=(\w+)/.exec(request.headers.cookie ?? '')?.[1]);
    return json(response, 200, {});
  }
  if (!who)
    return problem(response, 401, 'SESSION_ENDED', '登录已过期，请重新登录。', 'The session has ended; log in again.');
  if (path === '/events') {
    response.writeHead(200, { ...SAFE, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const watcher = { topic: url.searchParams.get('topic'), response };
    watchers.add(watcher);
    response.write(`event: time\ndata: ${JSON.stringify({ now_ms: Date.now(), rate: Number(option('rate', 1)) })}\n\n`);
    return request.on('close', () => watchers.delete(watcher));
  }
  const shown = /^\/media\/(\w+)/.exec(path);
  if (shown && request.method === 'GET') {
    response.writeHead(200, { ...SAFE, 'Content-Type': 'image/jpeg' });
    return response.end(media.get(shown[1]) ?? '');
  }
  const lang = url.searchParams.get('lang') ?? (/^en/.test(request.headers['accept-language'] ?? '') ? 'en' : 'zh');
  for (const [method, pattern, answer] of routes) {
    const parts = method === request.method && pattern.exec(path);
    if (!parts) continue;
    try {
      const version = request.headers['if-match'] ? Number(request.headers['if-match'].replace(/"/g, '')) : undefined;
      const result = answer({ who, lang, body, raw, query: url.searchParams, parts: parts.slice(1), version });
      return json(response, 200, result, result.version !== undefined ? { ETag: `"${result.version}"` } : {});
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      return problem(response, refused.status, refused.code, refused.zh, refused.en);
    }
  }
  return problem(response, 404, 'NOT_FOUND', '没有这个接口。', 'There is no such address.');
});
server.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/console/`));
