// A believable street for looking at screens: the demo site's own tables and complaints, two thousand
// tickets in every state, and a life that goes on. It decides nothing rightly: rules are the services'.
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);
const text = (path) => readFileSync(new URL(path, ROOT), 'utf8');

// ---- chance that is the same each time ----
let seed = 20261130;
export const chance = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
};
export const pick = (list) => list[Math.floor(chance() * list.length)];
const between = (from, until) => from + chance() * (until - from);

const MIN = 60000, HOUR = 60 * MIN, DAY = 24 * HOUR;
export const now = () => Date.now();
const iso = (ms) => new Date(ms + 8 * HOUR).toISOString().replace(/\.\d+Z|Z/, '+08:00');
/** A moment twice, as say_json writes it. */
export const moment = (name, ms) => (ms === undefined ? {} : { [name]: iso(ms), [`${name}_ms`]: Math.round(ms) });

// ---- the site ----
function csv(path) {
  const [head, ...rows] = text(path).trim().split('\n').map((line) => {
    const cells = [];
    line.replace(/("([^"]*)"|[^,]*)(,|$)/g, (all, plain, quoted) => { cells.push(quoted ?? plain); return ''; });
    return cells;
  });
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ''])));
}
const LEVELS = { estate: 1, community: 2, street: 3 };
const rows = { units: csv('deploy/sites/demo/units.csv'), areas: csv('deploy/sites/demo/areas.csv'), categories: csv('deploy/sites/demo/categories.csv') };
export function siteTables(lang) {
  const name = (zh, en) => (lang === 'en' && en) || zh;
  return {
    name: name('清河街道', 'Qinghe Sub-district'), utc_offset_ms: 8 * HOUR, rate: 1, now_ms: now(),
    levels: [{ level: 1, name: name('楼栋/小区', 'Estate') }, { level: 2, name: name('社区', 'Community') }, { level: 3, name: name('街道', 'Street') }],
    units: rows.units.map((row) => ({ code: row.code, name: name(row.name, row.name_en), level: LEVELS[row.level], area: row.area || undefined, supervising: row.code === 'street-centre' })),
    areas: rows.areas.map((row) => ({ code: row.code, name: row.name, parent: row.parent || undefined, level: LEVELS[row.level] })),
    categories: rows.categories.map((row) => ({ code: row.code, name: name(row.name, row.name_en), parent: row.parent || undefined, urgency: row.urgency || 'normal' })),
    channels: [['wechat', '微信', 'WeChat'], ['hotline', '热线', 'Hotline'], ['device', '设备', 'Device'], ['web', '网站', 'Web']].map(([code, zh, en]) => ({ code, name: name(zh, en) })),
    calendars: ['office', 'service', 'calling'].map((code) => ({ code, name: name({ office: '机关工作时间', service: '社区服务时间', calling: '回访电话时间' }[code], code) })),
  };
}
/** All words, read from the tables that the programs print from. */
export function words(lang) {
  const column = lang === 'zh' ? 0 : 1, groups = {};
  const source = text('common/say/say_words.c');
  for (const [, group, body] of source.matchAll(/struct row (\w+)_rows\[\] = \{([\s\S]*?)\n\};/g)) {
    groups[group] = {};
    for (const [, value, zh, en] of body.matchAll(/\{PAIDAN__\w+?__(\w+),\s*"([^"]*)",\s*"([^"]*)"/g)) {
      const whole = value.split('__').at(-1);
      const token = whole === 'END_OF_DAY' ? 'end_of_day' : whole.slice(whole.indexOf('_') + 1).toLowerCase();
      groups[group][token] = [zh, en][column];
    }
  }
  groups.code = {};
  for (const [, name, zh, en] of text('common/say/code.c').matchAll(/ENTRY\((\w+),\s*\w+,\s*((?:"[^"]*"\s*)+),\s*((?:"[^"]*"\s*)+)\)/g)) {
    groups.code[name] = [zh, en][column].replace(/"\s*"/g, '').replace(/^"|"\s*$/g, '');
  }
  groups.fact = {};
  for (const [, name, zh, en] of text('common/say/say_deed.c').matchAll(/\{"(\w+)", "([^"]*)", "([^"]*)"\}/g)) groups.fact[name] = [zh, en][column];
  groups.role = Object.fromEntries([['dispatcher', '分拨员', 'dispatcher'], ['clerk', '承办人', 'clerk'], ['leader', '单位负责人', 'unit leader'], ['supervisor', '督办员', 'supervisor'], ['hotline', '话务员', 'hotline operator'], ['auditor', '审计管理员', 'auditor'], ['system', '系统管理员', 'system administrator'], ['security', '安全管理员', 'security administrator']].map(([token, ...both]) => [token, both[column]]));
  return groups;
}
const HOLIDAYS = { '2026-10-01': '国庆节', '2026-10-02': '国庆节', '2026-10-03': '国庆节', '2026-10-04': '国庆节', '2026-10-05': '国庆节', '2026-10-06': '国庆节', '2026-10-07': '国庆节', '2027-01-01': '元旦', '2027-01-02': '元旦', '2027-01-03': '元旦' };
const MAKE_UP = new Set(['2026-09-27', '2026-10-10', '2026-11-28', '2026-12-27']);
export function month(code, at) {
  const [year, number] = at.split('-').map(Number), days = [];
  for (let each = 1; each <= new Date(Date.UTC(year, number, 0)).getUTCDate(); each++) {
    const day = `${at}-${String(each).padStart(2, '0')}`, weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    const kind = HOLIDAYS[day] ? 'holiday' : MAKE_UP.has(day) ? 'make_up' : weekday % 6 === 0 ? 'weekend' : 'workday';
    days.push({ date: day, kind, ...(HOLIDAYS[day] ? { name: HOLIDAYS[day] } : {}) });
  }
  return { calendar: code, month: at, days };
}

// ---- tickets ----
const COMPLAINTS = text('deploy/demo/day.tsv').split('\n').filter((line) => line && !line.startsWith('#')).slice(1)
  .map((line) => line.split('\t')).map(([, channel, , place, title, words_, phone, , desk]) => ({ channel, place, text: title || words_, body: words_, phone, category: desk?.split('@')[0] }))
  .filter((each) => each.body);
const PEOPLE = ['张伟', '王芳', '李娜', '刘洋', '陈静', '杨磊', '赵敏', '黄强', '周杰', '吴霞'];

function number(day, sequence) {
  const digits = day + String(sequence).padStart(8, '0');
  let product = 10;
  for (const digit of digits) { let sum = (Number(digit) + product) % 10; if (sum === 0) sum = 10; product = (sum * 2) % 11; }
  return `${day}-${String(sequence).padStart(4, '0')}-${(11 - product) % 10}`;
}
const clockSet = (clock, start, due) => ({ clock, ...moment('start', start), ...moment('due', due), ...moment('warn', due - (due - start) / 4), calendar: clock === 'handle' ? 'office' : 'service', amount_ms: due - start, unit: 'emergency_hours', start_rule: 'at_once', end_rule: 'same_time', policy_line: 75 });
const sequences = new Map();

export const tickets = new Map();
export const histories = new Map();
const says = {
  registered: ['登记受理', 'was registered'], routed: ['分拨给 {unit}', 'was dispatched to {unit}'], assigned: ['派给 {unit}', 'given to {unit}'], accepted: ['{unit} 签收', '{unit} accepted'],
  contacted: ['{unit} 已联系诉求人：{note}', '{unit} contacted the resident: {note}'], progressed: ['{unit} 进展：{note}', '{unit} noted progress: {note}'], resolved: ['{unit} 办结：{note}', '{unit} resolved it: {note}'], raised: ['办理超时，从 {from} 上报到 {unit}', 'handle expired: raised from {from} to {unit}'],
  warned: ['办理时限将到，预警', 'the handle deadline is near'], carded: ['亮{card}', 'a {card} card was given'], urged: ['催办：{note}', 'urged: {note}'], chased: ['居民催单', 'the resident chased it'], returned: ['{unit} 退单：{note}', '{unit} returned it: {note}'], requested: ['{unit} 申请延期：{note}', '{unit} asks for an extension: {note}'],
  decided: ['申请已批复', 'the request was decided'], supervised: ['列入督办', 'put under supervision'], ordered: ['交办给 {unit}', 'ordered to {unit}'], closed: ['结案', 'closed'], suspended: ['挂账', 'suspended'],
};
let seqs = 0;
const unitName = (code, lang) => { const row = rows.units.find((each) => each.code === code); return row ? (lang ? row.name_en : row.name) : code; };
export function fact(brief, name, at, fields = {}, actor) {
  const fill = (sentence, lang) => sentence.replace(/\{(\w+)\}/g, (all, key) => (key === 'unit' || key === 'from' ? unitName(fields[key] ?? brief.unit, lang) : fields[key] ?? ''));
  const both = says[name] ?? [name, name];
  const event = { seq: ++seqs, service: ['registered', 'chased'].includes(name) ? 'intake' : name === 'routed' ? 'triage' : 'escalation', number: brief.number, ...moment('at', at), cause: actor ? { actor } : {}, [name]: fields, says_zh: fill(both[0], 0), says_en: fill(both[1], 1), ...(actor ? { who: actor } : {}) };
  histories.set(brief.number, [...(histories.get(brief.number) ?? []), event]);
  return event;
}

export function newTicket(at, state) {
  const complaint = pick(COMPLAINTS);
  const day = iso(at).slice(0, 10).replace(/-/g, '');
  sequences.set(day, (sequences.get(day) ?? 0) + 1);
  const unit = pick(rows.units), level = LEVELS[unit.level];
  const category = rows.categories.some((row) => row.code === complaint.category) ? complaint.category : pick(rows.categories.filter((row) => row.parent)).code;
  const urgency = rows.categories.find((row) => row.code === category)?.urgency || 'normal';
  const area = unit.area ? pick(rows.areas.filter((row) => row.code === unit.area || row.parent === unit.area)).code : pick(rows.areas).code;
  const brief = {
    number: number(day, sequences.get(day)), version: 3, state, level, unit: unit.code, category, area, urgency, title: complaint.text.slice(0, 28).replace(/\d{5,}/g, '*****'), clocks: [], channel: complaint.channel,
    ...moment('registered', at), ...moment('changed', at), chases: chance() < 0.15 ? 1 + Math.floor(chance() * 3) : 0, round: chance() < 0.06 ? 2 : 1, card: 'none', raises: level > 1 && chance() < 0.4 ? 1 : 0,
  };
  brief.text = { number: brief.number, text: complaint.body, place: complaint.place, phone: complaint.phone, channel: complaint.channel, title: complaint.text };
  tickets.set(brief.number, brief);
  fact(brief, 'registered', at);
  fact(brief, 'routed', at + 2000);
  fact(brief, 'assigned', at + 2500, { unit: brief.unit });
  return brief;
}
/** As it travels: without what only the stub knows. */
export function wire(brief, lang = 'zh') {
  const { text: unused, ...rest } = brief;
  void unused;
  const clocks = brief.clocks.slice().sort((one, other) => one.due_ms - other.due_ms);
  const missed = clocks.find((clock) => clock.due_ms <= now()), next = clocks.find((clock) => clock.due_ms > now());
  return {
    ...rest, clocks, ...moment('next_due', next?.due_ms), ...moment('overdue_since', missed?.due_ms), unit_name: unitName(brief.unit, lang === 'en'),
    category_name: rows.categories.find((row) => row.code === brief.category)?.name, area_name: rows.areas.find((row) => row.code === brief.area)?.name, level_name: siteTables(lang).levels[brief.level - 1]?.name,
  };
}
export const open = (brief) => ['assigned', 'accepted', 'returned', 'suspended'].includes(brief.state);

export function fill(count) {
  for (let index = 0; index < count; index++) {
    const state = chance() < 0.3 ? 'assigned' : chance() < 0.75 ? 'accepted' : pick(['resolved', 'closed', 'closed', 'returned', 'suspended', 'withdrawn']);
    const at = now() - between(5 * MIN, 3 * DAY);
    const brief = newTicket(at, state);
    const due = now() + (chance() < 0.12 ? -between(1 * MIN, 9 * HOUR) : between(1 * MIN, 30 * HOUR));
    if (state === 'assigned') brief.clocks = [clockSet('accept', Math.min(at, due - HOUR), due), clockSet('handle', at, due + 20 * HOUR)];
    if (state === 'accepted') { brief.clocks = [clockSet('handle', Math.min(at, due - HOUR), due)]; fact(brief, 'accepted', at + 9 * MIN, {}, pick(PEOPLE)); if (chance() < 0.7) fact(brief, 'contacted', at + 30 * MIN, { note: '已电话联系，约定今天上门查看' }, pick(PEOPLE)); if (chance() < 0.4) fact(brief, 'progressed', at + 80 * MIN, { note: '物业已派人，缺配件，正在调货' }, pick(PEOPLE)); }
    if (due < now() && open(brief)) { brief.late = ['handle']; if (brief.level === 3 && chance() < 0.6) { brief.card = 'red'; fact(brief, 'carded', due, { card: '红牌' }); } }
    if (brief.card === 'none' && open(brief) && chance() < 0.06) { brief.card = 'yellow'; fact(brief, 'warned', now() - 5 * MIN); }
    if (chance() < 0.05 && open(brief)) { brief.supervised = true; fact(brief, 'supervised', now() - 20 * MIN); }
    if (state === 'suspended') { Object.assign(brief, moment('suspended_until', now() + between(1, 12) * DAY)); brief.clocks = []; }
    if (state === 'resolved' || state === 'closed') fact(brief, 'resolved', now() - 2 * HOUR, { note: pick(['已现场处置完毕，当事人认可', '已修复并试运行正常', '已清理干净并加强巡查']) }, pick(PEOPLE));
    if (state === 'closed') { brief.outcome = pick(['solved', 'solved', 'solved', 'partly', 'unreached']); brief.satisfied = pick(['yes', 'yes', 'fair', 'no']); }
    if (state === 'returned') { fact(brief, 'returned', now() - 40 * MIN, { note: '不属于本单位职责，建议转市政环卫所' }, pick(PEOPLE)); brief.clocks = [clockSet('handle', at, due)]; }
    if (state === 'accepted' && chance() < 0.02) { Object.assign(brief, { request: 'extension', request_to: brief.level === 3 ? 'street-centre' : pick(rows.units.filter((row) => LEVELS[row.level] === brief.level + 1)).code }, moment('request_due', now() + between(20 * MIN, 5 * HOUR))); fact(brief, 'requested', now() - 30 * MIN, { note: '配件要从外地调货，明天下午才能到' }, pick(PEOPLE)); }
    if (chance() < 0.04 && open(brief)) { brief.assist = ['sanitation']; brief.assist_tasks = [{ unit: 'sanitation', done: chance() < 0.5, ...moment('due', now() + between(-1, 6) * HOUR) }]; }
  }
}

/** A new ticket that a unit has just got. */
export function another() {
  const brief = newTicket(now(), 'assigned');
  brief.clocks = [clockSet('accept', now(), now() + between(10, 90) * MIN), clockSet('handle', now(), now() + between(3, 30) * HOUR)];
  return brief;
}

// ---- desk, requests, alarms, callbacks ----
export const desk = new Map();
export function newDeskItem(at) {
  const returned = chance() < 0.2;
  const brief = newTicket(at, 'desk');
  brief.unit = '';
  const item = {
    number: brief.number, reasons: returned ? ['returned'] : [pick(['no_category', 'ambiguous_category', 'no_place', 'ambiguous_place'])], categories: [...new Set([brief.category, pick(rows.categories).code, pick(rows.categories).code])], areas: [brief.area],
    title: brief.title, channel: brief.channel, ...moment('since', at), chases: brief.chases, clock: clockSet('desk', at, at + 30 * MIN), urgency: brief.urgency, ...moment('registered', at),
    ...(returned ? { note: '不属于本单位职责，请转城管执法队', unit: pick(rows.units).code } : {}),
  };
  if (!returned) {
    item.judged = {
      by: 'model', threshold: 900, words: ['漏水'], grams: [{ gram: '楼上', weight: 412 }, { gram: '没人修', title: true, weight: 230 }], place_words: ['锦绣苑'],
      guesses: item.categories.map((code, nth) => ({ code, permille: [640, 210, 90][nth] })), areas: item.areas.map((code) => ({ code, permille: 930 })),
      same: [...tickets.values()].filter((each) => each !== brief && each.state === 'assigned').slice(0, 2).map((each, nth) => ({ number: each.number, permille: [840, 610][nth], names: ['both', 'one'][nth], name: rows.areas.find((row) => row.code === each.area)?.name })),
    };
  }
  desk.set(item.number, item);
  return item;
}
export const requestOf = (brief) => ({ ticket: wire(brief), kind: brief.request, unit: brief.unit, to_unit: brief.request_to ?? brief.appeal_to, ...moment('at', now() - 30 * MIN), ...moment('due', brief.request_due_ms ?? brief.appeal_due_ms), note: '配件要从外地调货，明天下午才能到', reminded: (brief.request_due_ms ?? 0) < now() + HOUR });
export const requests = () => [...tickets.values()].filter((brief) => brief.request || brief.appealed).sort((one, other) => (one.request_due_ms ?? 0) - (other.request_due_ms ?? 0));
export const callbacks = () => [...tickets.values()].filter((brief) => brief.state === 'resolved').map((brief) => ({ number: brief.number, round: brief.round, channel: 'hotline', attempt: 1, ...moment('open', now() - HOUR), ...moment('due', now() + HOUR), unit: brief.unit }));

/** What triage would say, by the words alone: as TriageTried. */
export function judge({ text: words_ = '', place = '', category_hint: category, area_hint: area }) {
  const hits = rows.categories.map((row) => ({ row, words: (row.keywords || '').split('|').filter((word) => word && words_.includes(word)) })).filter((each) => each.words.length).sort((one, other) => other.words.join('').length - one.words.join('').length);
  const places = rows.areas.filter((row) => `${place} ${words_}`.includes(row.name)).sort((one, other) => other.name.length - one.name.length);
  const chosen = category ?? (hits.length === 1 || (hits[0] && hits[0].words.join('').length > (hits[1]?.words.join('').length ?? 0)) ? hits[0].row.code : undefined), at = area ?? places[0]?.code;
  const reasons = [...(chosen ? [] : [hits.length ? 'ambiguous_category' : 'no_category']), ...(at ? [] : ['no_place'])];
  const owners = rows.units.filter((unit) => unit.area === at || unit.area === rows.areas.find((row) => row.code === at)?.parent), unit = owners[(chosen ?? '').length % (owners.length || 1)] ?? rows.units[(chosen ?? '').length];
  return { routed: reasons.length === 0, reasons, category: chosen, area: at, categories: hits.slice(0, 4).map((each) => each.row.code), areas: places.slice(0, 4).map((row) => row.code), category_words: hits.slice(0, 4).map((each) => each.words.join('|')), area_words: places.slice(0, 4).map((row) => row.name), why: `category: ${category ? 'hint' : hits.slice(0, 2).flatMap((each) => each.words).join('|')}; area: ${area ? 'hint' : places[0] ? `place ${places[0].name}` : ''}`, ...(reasons.length === 0 ? { unit: unit.code, level: LEVELS[unit.level], fallback: owners.length === 0, clocks: [{ clock: 'accept', ...moment('due', now() + HOUR) }, { clock: 'handle', ...moment('due', now() + 26 * HOUR) }] } : {}), urgency: rows.categories.find((row) => row.code === chosen)?.urgency || 'normal' };
}

// ---- life goes on ----
/** Something happens to a ticket: [brief, event]. */
export function happen() {
  const list = [...tickets.values()].filter(open);
  const brief = pick(list), at = now();
  const story = histories.get(brief.number);
  if (story.length > 60) story.splice(10, 30);
  brief.version++;
  Object.assign(brief, moment('changed', at));
  let event;
  if (brief.state === 'assigned') { brief.state = 'accepted'; brief.clocks = [clockSet('handle', at, at + between(0.2, 20) * HOUR)]; event = fact(brief, 'accepted', at, {}, pick(PEOPLE)); } else if (chance() < 0.4) { brief.state = 'resolved'; brief.clocks = []; event = fact(brief, 'resolved', at, { note: '已现场处置完毕，当事人认可' }, pick(PEOPLE)); } else event = fact(brief, 'progressed', at, { note: '已到现场查看' }, pick(PEOPLE));
  return [brief, event];
}
