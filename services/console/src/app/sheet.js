// Tickets from a table, CSV or .xlsx. Columns are known by their heads, in
// either language; what is wrong is said by row before anything is registered.
import { Problem, ask } from './api.js';
import { fromWall, now } from './clock.js';
import { fitting } from './pinyin.js';
import { areaChoices, categoryChoices, site } from './site.js';
import { dayOf, readSheet, readsSheets } from './xlsx.js';
import { t } from './words.js';

export const ROWS_MAX = 5000;
/** What tables call each column: those that the command line has too are the same there (test/app.test.mjs). */
export const HEADS = {
  text: ['text', '内容', '诉求内容', '正文', '诉求', '问题描述', 'complaint'],
  title: ['title', '标题', '诉求标题', '主题'],
  place: ['place', '地点', '地址', '诉求地点', '发生地点', 'address'],
  phone: ['phone', '电话', '联系电话', '手机号', '手机'],
  reporter: ['reporter', '姓名', '诉求人', '联系人', '称呼', 'name'],
  external_id: ['external_id', '编号', '工单编号', '诉求编号', '渠道编号', '外部编号', '来源编号', 'id'],
  time: ['time', '时间', '发生时间', '来电时间', '诉求时间', 'occurred'],
  category: ['category', '类别', '分类'],
  area: ['area', '区域', '社区'],
  channel: ['channel', '渠道', '来源'],
  confidential: ['confidential', '保密', '是否保密', '要求保密'],
  // Never plain 时限: so our own exports call the deadline of a unit.
  due: ['due', '上级时限', '办理时限', '办结时限', '截止时间', '要求办结时间', 'deadline from above'],
};
// Further ahead than this intake takes no time.
const AHEAD_MS = 24 * 3600000, DAY_MS = AHEAD_MS;

const OPEN = new Set(['否', '不', '不保密', '无', 'no', 'n', '0', 'false']);

/** RFC 4180, a comma or a tab or a semicolon between cells: [[cell, ...], ...], empty rows left out. */
export function cells(text) {
  const first = text.slice(0, text.search(/[\r\n]|$/)), between = ['\t', ',', ';'].reduce((best, each) => (first.split(each).length > first.split(best).length ? each : best), ',');
  const rows = [];
  let row = [], cell = '', quoted = false;
  const end = () => { row.push(cell.trim()); cell = ''; };
  const endRow = () => { end(); if (row.some(Boolean)) rows.push(row); row = []; };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; at++) {
    const each = text[at];
    if (quoted) {
      if (each !== '"') cell += each;
      else if (text[at + 1] === '"') { cell += '"'; at++; } else quoted = false;
    } else if (each === '"' && cell.trim() === '') { cell = ''; quoted = true; } else if (each === between) end();
    else if (each === '\n' || each === '\r') { if (each === '\r' && text[at + 1] === '\n') at++; endRow(); } else cell += each;
  }
  endRow();
  return rows;
}
const columnOf = (head) => Object.keys(HEADS).find((name) => HEADS[name].includes(head.trim().toLowerCase().replace(/[（(].*$/, '').trim()));
const bytes = (text) => new TextEncoder().encode(text).length;
/** The code that a word names: itself, or the one place or category that is called so. */
function codeOf(choices, word) {
  if (!word) return '';
  const exact = choices.find((each) => each.value === word || each.label === word);
  return exact?.value ?? (fitting(choices, word, 2).length === 1 ? fitting(choices, word, 1)[0].value : '');
}

/** The moment that a cell names, by the site's wall clock; NaN: none. Sheets write days as numbers. */
function momentOf(cell) {
  const [day, time = '00:00'] = (dayOf(cell) || cell).replace(/[./年月]/g, '-').replace('日', ' ').trim().split(/[T\s]+/);
  return fromWall(`${day.split('-').map((part, index) => (index ? part.padStart(2, '0') : part)).join('-')}T${time.slice(0, 5).padStart(5, '0')}`);
}
/** Two numbers of FNV-1a: enough to know a row again within a day. */
function print(text) {
  let one = 0x811c9dc5, other = 0x01000193;
  for (const byte of new TextEncoder().encode(text)) {
    one = Math.imul(one ^ byte, 0x01000193) >>> 0;
    other = Math.imul(other ^ byte, 0x85ebca6b) >>> 0;
  }
  return `${one.toString(36)}${other.toString(36)}`;
}
/** {rows: [{line, ticket, faults, notes: what is left out, print: by which a row without an id is known again}], unknown: heads that were not understood} of a table with heads. */
export function readTable(table, channel) {
  const [heads = [], ...rest] = table;
  let columns = heads.map(columnOf), lines = rest, first = 2;
  if (!columns.includes('text')) {
    // One column without a head: each line is a complaint.
    if (heads.length !== 1) return { rows: [], unknown: heads, lacks: true };
    columns = ['text'];
    lines = table;
    first = 1;
  }
  const seen = new Set(), alike = new Map();
  const rows = lines.map((row, at) => {
    const given = {}, faults = [], notes = [];
    columns.forEach((name, index) => { if (name && row[index]) given[name] = row[index]; });
    const own = given.channel ? (site.value.channels ?? []).find((each) => [each.code, each.name, each.name_en].includes(given.channel))?.code : channel;
    const ticket = { channel: own ?? channel, text: given.text ?? '' };
    for (const name of ['title', 'place', 'phone', 'reporter', 'external_id']) if (given[name]) ticket[name] = given[name];
    // What is not a plain no is a wish: a cell that nobody understood gives nobody away.
    if (given.confidential && !OPEN.has(given.confidential.toLowerCase())) ticket.confidential = true;
    if (!ticket.text) faults.push('import.fault.text');
    if (bytes(ticket.text) > 65536 || bytes(ticket.place ?? '') > 512 || bytes(ticket.phone ?? '') > 32 || bytes(ticket.reporter ?? '') > 128 || bytes(ticket.external_id ?? '') > 128) faults.push('import.fault.long');
    if (given.channel && !own) faults.push('import.fault.channel');
    if (ticket.external_id && seen.has(`${ticket.channel}/${ticket.external_id}`)) faults.push('import.fault.twice');
    seen.add(`${ticket.channel}/${ticket.external_id}`);
    if (given.time) {
      // The complaint counts: a time that is not understood is left out, and said.
      const at_ms = momentOf(given.time);
      if (Number.isFinite(at_ms) && at_ms <= now() + AHEAD_MS) ticket.occurred_ms = at_ms;
      else notes.push('import.note.time');
    }
    if (given.due) {
      // A day alone is meant to its end; years off it was mistyped.
      const due_ms = momentOf(given.due) + (/[:：时点]|^\d+\.\d+$/.test(given.due) ? 0 : DAY_MS - 60000);
      if (due_ms <= now() + 3650 * DAY_MS && due_ms >= now() - 365 * DAY_MS) ticket.due_ms = due_ms;
      else notes.push('import.note.due');
    }
    const category = codeOf(categoryChoices.value, given.category), area = codeOf(areaChoices.value, given.area);
    if (category) ticket.category_hint = category;
    if (area) ticket.area_hint = area;
    // Two rows of one table that are alike are two complaints.
    const own_print = print(JSON.stringify(ticket)), nth = (alike.get(own_print) ?? 0) + 1;
    alike.set(own_print, nth);
    return { line: at + first, ticket, faults, notes, print: `${own_print}-${nth}` };
  });
  return { rows, unknown: heads.filter((head, index) => head && !columns[index] && first === 2), lacks: false };
}
/** The table in a file: {rows: [[cell]]}. Throws a Problem. */
export async function tableOf(file) {
  if (/\.(csv|tsv|txt)$/i.test(file.name) || /^text\//.test(file.type)) {
    const raw = await file.arrayBuffer();
    // Sheets of this country are often saved as GB18030.
    let text;
    try { text = new TextDecoder('utf-8', { fatal: true }).decode(raw); } catch { text = new TextDecoder('gb18030').decode(raw); }
    return cells(text);
  }
  if (readsSheets()) {
    try { return await readSheet(await file.arrayBuffer()); } catch { throw new Problem({ code: 'FILE_UNREADABLE', zh: '这个文件读不出来，请另存为 .xlsx 或 .csv 再试。', en: 'The file cannot be read: save it as .xlsx or .csv and try again.' }); }
  }
  // Browsers of before 2022 cannot unpack it.
  const answer = (await ask('POST', '/import/preview', { body: file, timeoutMs: 60000 })).answer;
  return answer.rows ?? [];
}
const safe = (cell) => { const text = String(cell ?? ''); return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`; };
/** A table as CSV that spreadsheets open as text. */
export const csv = (table) => `\ufeff${table.map((row) => row.map(safe).join(',')).join('\r\n')}\r\n`;
export const example = () => csv([t('import.heads').split('|'), t('import.example').split('|')]);
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' })), link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
