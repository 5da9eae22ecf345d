// What the console computes by itself: times, keys, selections, lists. No browser: only what these
// modules ask of one is put in place.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
// Before the page is put in place: it looks for one when it is loaded.
import { ref, nextTick, effectScope } from 'vue';

const kept = new Map();
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, String(value)), removeItem: (key) => kept.delete(key), key: (at) => [...kept.keys()][at], get length() { return kept.size; } };
globalThis.document = { addEventListener() {}, documentElement: { dataset: {} }, hidden: true };
globalThis.window = { addEventListener() {}, removeEventListener() {} };
globalThis.location = { hash: '' };
globalThis.crypto ??= (await import('node:crypto')).webcrypto; // Node 18
const interval = globalThis.setInterval;
globalThis.setInterval = (...args) => { const timer = interval(...args); timer.unref?.(); return timer; };
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['zh-CN'] }, configurable: true });

const clock = await import('../src/app/clock.js');
const words = await import('../src/app/words.js');
const { initials, fitting } = await import('../src/app/pinyin.js');
const { keyOf, isComposing } = await import('../src/app/keys.js');
const { useSelection } = await import('../src/app/selection.js');
const { dueOf, byDue } = await import('../src/app/live.js');
const { parse, href } = await import('../src/app/router.js');
const { uuid, address } = await import('../src/app/api.js');
const { draft, hasDraft } = await import('../src/app/drafts.js');
const { deskOrder, marked, matched, readings, unitsFor, unitsIn } = await import('../src/app/desk.js');
const { HEADS, cells, csv, readTable } = await import('../src/app/sheet.js');
const { dayOf, readSheet } = await import('../src/app/xlsx.js');
const { squares } = await import('../src/app/qr.js');
const { numberOf } = await import('../src/app/number.js');
const { apart, together } = await import('../src/app/photos.js');
const rates = await import('../src/app/rates.js');

const AT = Date.UTC(2026, 10, 23, 6, 0, 5); // 14:00:05 by the site's wall clock
const MINUTE = 60000, HOUR = 60 * MINUTE;

test('clock_when_the_browser_has_another_zone_then_the_sites_wall_clock_is_shown', () => {
  clock.setOffset(8 * HOUR);
  assert.equal(clock.exact(AT), '2026-11-23 14:00:05');
  assert.equal(clock.short(AT, AT + HOUR), '14:00');
  assert.equal(clock.short(AT, AT + 24 * HOUR), '11-23 14:00');
  assert.equal(clock.short(AT, AT + 400 * 24 * HOUR), '2026-11-23 14:00');
});
test('clock_when_a_form_gives_a_wall_time_then_it_is_the_sites', () => {
  assert.equal(clock.fromWall('2026-11-23T14:00'), Date.UTC(2026, 10, 23, 6));
  assert.equal(clock.toWall(clock.fromWall('2026-11-23T14:00')), '2026-11-23T14:00');
  assert.ok(Number.isNaN(clock.fromWall('tomorrow')));
});
test('clock_when_a_span_is_said_then_two_units_are', async () => {
  await words.setLanguage('zh');
  assert.equal(clock.span(3 * HOUR + 12 * MINUTE), '3小时12分');
  assert.equal(clock.span(-26 * HOUR), '1天02小时');
  assert.equal(clock.span(59000), '59秒');
  assert.equal(clock.exactSpan(24 * HOUR), '24小时');
  assert.equal(clock.exactSpan(90 * MINUTE), '1小时30分');
  await words.setLanguage('en');
  assert.equal(clock.span(12 * MINUTE + 5000), '12m05s');
  assert.equal(clock.about(2 * HOUR + MINUTE), '2h');
  await words.setLanguage('zh');
});
test('clock_when_the_server_runs_fast_then_now_runs_with_it', async () => {
  clock.hear(AT, 1200);
  await new Promise((done) => setTimeout(done, 30));
  assert.ok(clock.now() - AT > 20 * 1200);
  clock.hear(AT, 1);
});
test('pinyin_when_initials_are_typed_then_the_unit_is_found', () => {
  const choices = [{ value: 'sanitation', label: '市政环卫所' }, { value: 'chengguan', label: '城管执法队' }];
  assert.equal(initials('城管执法队'), 'cgzfd');
  assert.equal(initials('阳光里2号院'), 'ygl2hy');
  assert.equal(fitting(choices, 'cgz')[0].value, 'chengguan');
  assert.equal(fitting(choices, '环卫')[0].value, 'sanitation');
  assert.deepEqual(fitting(choices, 'zzz'), []);
});
test('keys_when_caps_lock_is_on_then_a_letter_is_the_same_key', () => {
  assert.equal(keyOf({ key: 'U', shiftKey: false }), 'u');
  assert.equal(keyOf({ key: 'J', shiftKey: true }), 'J');
  assert.equal(keyOf({ key: 'ArrowDown', shiftKey: true }), 'Shift+ArrowDown');
});
test('keys_when_an_input_method_composes_then_it_is_no_key', () => {
  assert.ok(isComposing({ isComposing: true, key: 'a' }));
  assert.ok(isComposing({ keyCode: 229, key: '1' }));
  assert.ok(!isComposing({ keyCode: 65, key: 'a' }));
});
test('selection_when_the_row_leaves_then_the_next_one_is_stood_on', async () => {
  const rows = ref(['a', 'b', 'c', 'd'].map((number) => ({ number })));
  const selection = useSelection(rows);
  selection.moveTo(1);
  selection.toggle();
  rows.value = rows.value.filter((row) => row.number !== 'b');
  await nextTick();
  assert.equal(selection.cursor.value, 'c');
  assert.equal(selection.chosen.value.size, 0);
});
test('selection_when_a_row_moves_then_its_mark_goes_along', async () => {
  const rows = ref(['a', 'b', 'c'].map((number) => ({ number })));
  const selection = useSelection(rows);
  selection.toggle('a');
  rows.value = ['c', 'b', 'a'].map((number) => ({ number }));
  await nextTick();
  assert.deepEqual(selection.chosenRows.value.map((row) => row.number), ['a']);
  assert.equal(selection.index.value, 2);
});
test('selection_when_extended_then_all_between_are_chosen', () => {
  const rows = ref(Array.from({ length: 300 }, (_, number) => ({ number })));
  const selection = useSelection(rows);
  selection.moveTo(5);
  selection.move(3, true);
  assert.deepEqual([...selection.chosen.value], [5, 6, 7, 8]);
  selection.all(200);
  assert.equal(selection.chosen.value.size, 200);
  selection.all(200);
  assert.equal(selection.chosen.value.size, 0);
});
test('live_when_a_deadline_was_missed_then_it_is_the_one_that_counts', () => {
  const brief = { number: '1', clocks: [{ clock: 'handle', due_ms: 200 }, { clock: 'accept', due_ms: 100 }] };
  assert.equal(dueOf(brief), 100);
  assert.ok(byDue(brief, { number: '2', clocks: [] }) < 0);
});
test('router_when_a_hash_is_read_then_path_and_query_are', () => {
  assert.deepEqual(parse('#/tickets/1?tab=explain'), { path: '/tickets/1', query: { tab: 'explain' } });
  assert.equal(href('/board', { unit: '', level: 2 }), '#/board?level=2');
});
test('api_when_an_id_is_made_then_it_is_a_version_7', () => {
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(address('/due', { limit: 5, unit: '', cursor: undefined }), '/api/v1/due?limit=5');
});
test('drafts_when_the_form_is_left_then_what_was_typed_is_kept_until_sent', () => {
  const scope = effectScope();
  const first = scope.run(() => draft('resolve.1', { note: '' }));
  first.fields.note = '已修好';
  scope.stop();
  assert.ok(hasDraft('resolve.1'));
  const again = effectScope();
  const second = again.run(() => draft('resolve.1', { note: '' }));
  assert.equal(second.fields.note, '已修好');
  second.forget();
  again.stop();
  assert.ok(!hasDraft('resolve.1'));
});
test('desk_when_triage_says_why_then_its_words_are_marked', () => {
  const words_ = matched({ why: 'category: 漏水|噪音; area: place 湖畔花园' });
  assert.deepEqual(words_, ['漏水', '噪音', '湖畔花园']);
  assert.deepEqual(matched({ categories: ['water', 'power'], category_words: ['积水|漏水', '电表箱'], area_words: [''] }), ['积水', '漏水', '电表箱']);
  assert.deepEqual(marked('湖畔花园漏水了', words_), [{ text: '湖畔花园', hit: true }, { text: '漏水', hit: true }, { text: '了', hit: false }]);
  assert.deepEqual(matched({ why: 'category: hint; area: ' }), []);
});
test('desk_when_a_place_is_written_otherwise_then_it_is_marked_all_the_same', () => {
  assert.deepEqual(marked('和平里二区２号楼', ['和平里2区', '2号楼']), [{ text: '和平里二区', hit: true }, { text: '２号楼', hit: true }]);
  assert.deepEqual(marked('', ['a']), []);
});
test('desk_when_a_unit_returned_it_then_others_that_look_after_the_place_are_known', () => {
  const tables = { areas: [{ code: 'street' }, { code: 'lake', parent: 'street' }], units: [{ code: 'a', area: 'street' }, { code: 'b', area: 'lake' }, { code: 'c' }] };
  assert.deepEqual(unitsFor('lake', tables), ['b', 'a']);
  assert.deepEqual(unitsFor(undefined, tables), []);
});
test('desk_when_there_are_several_readings_then_the_likeliest_come_first', () => {
  const item = { categories: ['water', 'noise'], areas: ['lake', 'hill'] };
  assert.deepEqual(readings(item, null), [{ category: 'water', area: 'lake' }, { category: 'water', area: 'hill' }, { category: 'noise', area: 'lake' }, { category: 'noise', area: 'hill' }]);
  assert.deepEqual(readings(item, null, { category: 'fire', area: 'hill' }), [{ category: 'fire', area: 'hill' }]);
  assert.deepEqual(readings({}, { categories: [] }), []);
});
test('desk_when_a_return_names_a_unit_then_it_is_found', () => {
  assert.deepEqual(unitsIn('请转城管执法队', [{ code: 'cg', name: '城管' }, { code: 'cgd', name: '城管执法队' }, { code: 'hw', name: '环卫所' }]), ['cgd', 'cg']);
});
test('photos_when_a_note_names_them_then_they_come_apart_again', () => {
  const hash = 'a'.repeat(64), note = together('已修好', [{ label: '办理前照片', hash }, { label: '办理后照片', hash }]);
  assert.ok(note.length - 3 <= 2 * 85);
  assert.deepEqual(apart(`办结：${note}`), { text: '办结：已修好', photos: [{ label: '办理前照片', hash }, { label: '办理后照片', hash }] });
  assert.deepEqual(apart('media:abc'), { text: 'media:abc', photos: [] });
});
test('number_when_written_as_people_do_then_it_is_read', () => {
  for (const text of ['20261122-0001-7', '20261122 0001 7', '2026112200017', ' 20261122－0001－7 ']) assert.equal(numberOf(text), '20261122-0001-7');
  for (const text of ['', '漏水', '2026', '20261122-0001-x', null]) assert.equal(numberOf(text), '');
});
test('sheet_when_a_table_is_read_then_cells_are_as_written', () => {
  assert.deepEqual(cells('\ufeff诉求,地点\r\n"漏水,""很大""\n两行",3号楼\n\n'), [['诉求', '地点'], ['漏水,"很大"\n两行', '3号楼']]);
  assert.deepEqual(cells('text\tplace\na\tb'), [['text', 'place'], ['a', 'b']]);
});
test('sheet_when_rows_have_faults_then_each_is_said_and_the_rest_goes', () => {
  const { rows, unknown } = readTable([['诉求', '编号', '发生时间', '天气'], ['漏水', 'A1', '2026/11/3 8:05', '晴'], ['', 'A2'], ['噪音', 'A1', '昨天']], 'hotline');
  assert.deepEqual(unknown, ['天气']);
  assert.equal(rows[0].ticket.occurred_ms, Date.UTC(2026, 10, 3, 0, 5));
  assert.deepEqual(rows.map((row) => row.faults), [[], ['import.fault.text'], ['import.fault.twice']]);
  assert.deepEqual(rows.map((row) => row.notes), [[], [], ['import.note.time']]);
  assert.deepEqual(readTable([['漏水'], ['噪音']], 'hotline').rows.map((row) => row.ticket.text), ['漏水', '噪音']);
});
test('sheet_when_a_column_has_names_then_the_command_line_knows_the_same', () => {
  const source = readFileSync(new URL('../../cli/cli_table.c', import.meta.url), 'utf8');
  const table = /column_names\[COLUMN_COUNT\][^=]*= \{([\s\S]*?)\n\};/.exec(source)[1];
  const columns = [...table.matchAll(/\[(\w+)\] = \{([^}]*)\}/g)];
  assert.equal(columns.length, 9);
  for (const [, column, names] of columns)
    assert.deepEqual([...names.matchAll(/"([^"]*)"/g)].map((each) => each[1]), HEADS[column.toLowerCase()], column);
});
test('sheet_when_a_time_is_not_understood_then_the_complaint_is_taken_without_it', () => {
  const times = ['36526.5', '2000年11月30日 8:20', '2000.11.3', '2999-01-01 00:00', '03/02/2000', ''];
  const { rows } = readTable([['诉求', '来电时间'], ...times.map((time) => ['漏水', time])], 'hotline');
  assert.deepEqual(rows.map(({ ticket }) => Number.isFinite(ticket.occurred_ms)), [true, true, true, false, false, false]);
  assert.deepEqual(rows.map(({ faults, notes }) => [faults.length, notes.length]), [[0, 0], [0, 0], [0, 0], [0, 1], [0, 1], [0, 0]]);
});
test('sheet_when_it_is_imported_twice_then_rows_without_an_id_are_known_again', () => {
  const table = [['诉求', '地点'], ['漏水', '1号楼'], ['漏水', '1号楼'], ['漏水', '2号楼']];
  const prints = () => readTable(table, 'hotline').rows.map((row) => row.print);
  assert.equal(new Set(prints()).size, 3);
  assert.deepEqual(prints(), prints());
  assert.notDeepEqual(readTable(table, 'window').rows.map((row) => row.print), prints());
});
test('sheet_when_a_platform_above_names_a_deadline_then_it_goes_along', () => {
  const dues = ['2026-11-30 08:20', '2026-11-30', '以后', '2999-01-01', ''];
  const { rows } = readTable([['诉求', '办理时限'], ...dues.map((due) => ['漏水', due])], 'hotline');
  assert.equal(rows[1].ticket.due_ms - rows[0].ticket.due_ms, (15 * 60 + 39) * 60000);
  assert.deepEqual(rows.map(({ ticket, notes }) => [Number.isFinite(ticket.due_ms), notes.length]), [[true, 0], [true, 0], [false, 1], [false, 1], [false, 0]]);
});
test('sheet_when_confidence_is_asked_for_then_all_but_a_plain_no_is_a_wish', () => {
  const { rows } = readTable([['诉求', '是否保密'], ...['是', '否', '', 'No', '请保密', '不保密'].map((cell) => ['漏水', cell])], 'hotline');
  assert.deepEqual(rows.map(({ ticket }) => ticket.confidential === true), [true, false, false, false, true, false]);
});
test('sheet_when_a_cell_begins_like_a_formula_then_it_is_saved_as_text', () => {
  assert.equal(csv([['=1+1', '@x', '楼']]), '\ufeff"\'=1+1","\'@x","楼"\r\n');
});
test('qr_when_a_text_grows_then_so_does_the_code_until_it_is_too_long', () => {
  assert.equal(squares('20261122-0001-7').size, 25);
  assert.equal(squares('x'.repeat(110)).size, 45);
  assert.deepEqual(squares('x'.repeat(300)), { size: 0, path: '' });
});
/** A ZIP as workbooks are: [[name, text], ...], packed or stored. */
function workbook(files) {
  const parts = [], directory = [];
  let offset = 0;
  files.forEach(([name, text], index) => {
    const raw = Buffer.from(text), packed = index % 2 ? raw : deflateRawSync(raw), head = Buffer.alloc(30), entry = Buffer.alloc(46);
    head.writeUInt32LE(0x04034b50, 0); head.writeUInt16LE(name.length, 26);
    entry.writeUInt32LE(0x02014b50, 0); entry.writeUInt16LE(index % 2 ? 0 : 8, 10); entry.writeUInt32LE(packed.length, 20); entry.writeUInt16LE(name.length, 28); entry.writeUInt32LE(offset, 42);
    parts.push(head, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(files.length, 10); end.writeUInt32LE(offset, 16);
  const all = Buffer.concat([...parts, ...directory, end]);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.length);
}
test('sheet_when_it_is_a_workbook_then_its_first_sheet_is_read', async () => {
  const file = workbook([
    ['xl/sharedStrings.xml', '<sst><si><t>诉求</t></si><si><r><t>漏</t></r><r><t xml:space="preserve">水 &amp; 潮</t></r></si><si/></sst>'],
    ['xl/worksheets/sheet2.xml', '<worksheet/>'],
    ['xl/worksheets/sheet1.xml', '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>时间</t></is></c></row><row r="2"/><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"/><c r="C3"><v>46356.347222222219</v></c></row></sheetData></worksheet>'],
  ]);
  assert.deepEqual(await readSheet(file), [['诉求', '', '时间'], ['漏水 & 潮', '', '46356.347222222219']]);
  assert.equal(dayOf('46356.347222222219'), '2026-11-30 08:20');
  assert.equal(dayOf('2026-11-30'), '');
  await assert.rejects(readSheet(new ArrayBuffer(100)));
});
test('desk_when_sorted_then_what_came_back_goes_first_then_urgency_then_age', () => {
  const item = (number, urgency, due_ms, reasons = ['no_place']) => ({ number, urgency, reasons, since_ms: 0, clock: { due_ms } });
  const items = [item('1', 'normal', 10), item('2', undefined, 5), item('3', 'urgent', 30), item('4', 'emergency', 90), item('5', 'normal', 99, ['unmerged']), item('6', 'urgent', 20)];
  assert.deepEqual(items.sort(deskOrder).map((each) => each.number), ['5', '4', '6', '3', '2', '1']);
});

test('rates_when_rounded_then_all_and_none_are_only_what_they_are', () => {
  assert.equal(rates.percentOf({ numerator: 9999, denominator: 10000 }), '99.9%');
  assert.equal(rates.percentOf({ numerator: 1, denominator: 10000 }), '0.1%');
  assert.equal(rates.percentOf({ numerator: 38, denominator: 38 }), '100.0%');
  assert.equal(rates.percentOf({ numerator: 0, denominator: 0 }), '–');
});
test('rates_when_a_part_counts_half_then_what_it_is_made_of_is_in_tickets', () => {
  const formula = { partly: 50, fair: 100 };
  assert.equal(rates.partsOf(formula, { name: 'solution', numerator: 3550, denominator: 3800 }), '35.5/38');
  assert.equal(rates.partsOf(formula, { name: 'satisfaction', numerator: 35, denominator: 38 }), '35/38');
});
test('rates_when_months_are_counted_then_years_turn_and_days_end_with_the_month', () => {
  assert.equal(rates.monthsOn('2026-01', -1), '2025-12');
  assert.equal(rates.monthsOn('2026-12', 1), '2027-01');
  assert.equal(rates.daysOf('2028-02').length, 29);
  assert.deepEqual(rates.daysOf('2026-03', '2026-03-02'), ['2026-03-01', '2026-03-02']);
  assert.ok(!rates.isMonth('2026-13') && rates.isMonth('2026-03'));
});
test('rates_when_ranked_then_by_level_and_rank_and_what_has_none_is_last', () => {
  const rows = [{ code: 'c', counts: [5] }, { code: 'b', rank: 2, counts: [1] }, { code: 'a', rank: 1, counts: [2] }, { code: 's', rank: 1, counts: [9] }];
  assert.deepEqual(rates.ranked(rows, (code) => (code === 's' ? 3 : 2), ['registered']).map((row) => row.code), ['s', 'a', 'b', 'c']);
});
