// The dispatcher's choices: what is known of a ticket at the desk, and the most likely decisions with
// their reasons. Triage is asked what it would do with each reading of the words; nothing is judged here.
import { get, post } from './api.js';
import { areaName, categoryName, site, unitName } from './site.js';
import { t } from './words.js';

const PROPOSALS = 3, TRIES = 4, SIMILAR = 5;
const NO_WORDS = new Set(['category', 'area', 'place', 'text', 'title', 'hint', 'given', 'none', 'no', 'of', 'in', 'by', 'alias', 'name', 'ambiguous']);
const each = (list) => [...new Set(list.filter(Boolean))];

const cut = (words) => (words ?? '').split('|').filter((word) => word.length > 1);
/** The words that triage found, of a TriageTried: those of each reading ("漏水|渗水"), and those of why. */
export function matched(tried) {
  const why = (tried?.why ?? '').split(/[;:|,，、\s]+/).filter((word) => !NO_WORDS.has(word) && word.length > 1);
  return each([...(tried?.category_words ?? []).flatMap(cut), ...(tried?.area_words ?? []).flatMap(cut), ...why]);
}
/** Those that speak for one category, one place. */
function wordsFor(tried, { category, area }) {
  const of = (codes, words, code) => cut(words?.[(codes ?? []).indexOf(code)]);
  return each([...of(tried?.categories, tried?.category_words, category), ...of(tried?.areas, tried?.area_words, area)]);
}
// Words come as triage searches them: digits for 二, half width, small. Character by character, so that what
// is found lies where it lies in the text.
const DIGITS = new Map([...'〇零一二三四五六七八九'].map((each, at) => [each, String(Math.max(0, at - 1))]));
const fold = (text) => Array.from({ length: text.length }, (_, at) => { const each = text[at], code = text.charCodeAt(at); return DIGITS.get(each) ?? (code > 0xff00 && code < 0xff5f ? String.fromCharCode(code - 0xfee0) : each).toLowerCase()[0]; }).join('');
/** A text in pieces, those that were matched marked: [{text, hit}]. The longest word goes first. */
export function marked(text, words) {
  const sorted = words.map(fold).sort((one, other) => other.length - one.length), folded = fold(text ?? '');
  const pieces = [];
  let plain = '';
  for (let at = 0; at < folded.length;) {
    const hit = sorted.find((word) => folded.startsWith(word, at));
    if (hit) {
      if (plain) pieces.push({ text: plain, hit: false });
      pieces.push({ text: text.slice(at, at + hit.length), hit: true });
      plain = '';
      at += hit.length;
    } else { plain += text[at]; at++; }
  }
  if (plain) pieces.push({ text: plain, hit: false });
  return pieces;
}
/** Units that a note speaks of, the longest name first: "请转城管执法队". */
export function unitsIn(note, units = site.value.units ?? []) {
  return units.filter((unit) => unit.name && note?.includes(unit.name)).sort((one, other) => other.name.length - one.name.length).map((unit) => unit.code);
}
/** Units that look after a place or what it lies in, the nearest first. */
export function unitsFor(area, { areas = [], units = [] } = site.value) {
  const found = [];
  for (let at = areas.find((row) => row.code === area), steps = 0; at && steps < 8; at = areas.find((row) => row.code === at.parent), steps++) found.push(...units.filter((unit) => unit.area === at.code).map((unit) => unit.code));
  return found;
}
export const isReturn = (item) => (item.reasons ?? []).some((reason) => /returned$/.test(reason));
/** Its dispatch or its merging was taken back: whoever did so decides again, before all else. */
export const isRecalled = (item) => (item.reasons ?? []).some((reason) => /recalled$|^unmerged$/.test(reason));
const URGENCIES = ['emergency', 'urgent', 'normal'];
const rank = (item) => { const at = URGENCIES.indexOf(item.urgency ?? 'normal'); return at < 0 ? URGENCIES.length : at; };
const due = (item) => item.clock?.due_ms ?? item.since_ms;
/** As the desk is worked through: what was taken back, then by urgency, then by how long it may still wait. */
export const deskOrder = (one, other) => isRecalled(other) - isRecalled(one) || rank(one) - rank(other) || due(one) - due(other) || (one.number < other.number ? -1 : 1);

/** Readings to try: [{category, area}], the most likely first. chosen: what the dispatcher has said already. */
export function readings(item, tried, chosen = {}) {
  const categories = chosen.category ? [chosen.category] : each([item.category, ...(item.categories ?? []), tried?.category, ...(tried?.categories ?? [])]);
  const places = chosen.area ? [chosen.area] : each([item.area, ...(item.areas ?? []), tried?.area, ...(tried?.areas ?? [])]);
  // No place was found: the whole site is one, of which the dispatcher may say another.
  const areas = places.length ? places : (site.value.areas ?? []).filter((area) => !area.parent).map((area) => area.code).slice(0, 1);
  const pairs = [];
  for (let sum = 0; sum < categories.length + areas.length - 1; sum++) {
    for (let first = 0; first <= sum; first++) if (categories[first] && areas[sum - first]) pairs.push({ category: categories[first], area: areas[sum - first] });
  }
  return pairs.slice(0, TRIES);
}
function reasonOf(reading, item, tried, answer) {
  const found = [], words = each([...wordsFor(tried, reading), ...wordsFor(answer, reading)]);
  if (words.length) found.push(t('desk.by.words', { words: words.slice(0, 4).map((word) => `“${word}”`).join('') }));
  if ((item.categories ?? []).length > 1) found.push(t('desk.by.category', { category: categoryName(reading.category) }));
  if ((item.areas ?? []).length > 1) found.push(t('desk.by.area', { area: areaName(reading.area) }));
  else if (!item.area && !(item.areas ?? []).length && !tried?.area) found.push(t('desk.by.noPlace'));
  return found.join(t('desk.by.and'));
}

async function attempt(text, reading, signal) {
  try {
    const answer = await post('/try', { text: text.text, ...(text.place ? { place: text.place } : {}), ...(reading ? { category_hint: reading.category, area_hint: reading.area } : {}) }, { signal, tries: 2 });
    return answer.routed === false && !answer.unit ? { ...answer, unit: undefined } : answer;
  } catch (problem) {
    if (problem.code === 'ABORTED') throw problem;
    return null;
  }
}

/**
 * All that helps to decide: {text, words, proposals: [{unit, category, area, reason, due_ms?, kept?}],
 * similar, told}. chosen: {category?, area?} of the dispatcher. Parts that cannot be had are left out.
 */
export async function study(item, chosen, signal) {
  const quiet = (promise) => promise.catch((problem) => { if (problem.code === 'ABORTED') throw problem; return null; });
  const returned = isReturn(item);
  const [texts, shown] = await Promise.all([
    quiet(post('/texts', { numbers: [item.number], reason: t('desk.reading') }, { signal, tries: 2 })),
    returned ? quiet(get(`/tickets/${item.number}`, { history: true }, { signal, tries: 2 })) : null,
  ]);
  const text = texts?.texts?.[0] ?? {};
  const given = { text: text.text || item.title || '-', place: text.place };
  const tried = await attempt(given, null, signal);
  const words = matched(tried);
  const pairs = readings(item, tried, chosen);
  const answers = await Promise.all(pairs.map((reading) => attempt(given, reading, signal)));
  const proposals = [];
  const add = (proposal) => {
    if (proposal.unit && proposal.category && !proposals.some((known) => known.unit === proposal.unit && known.category === proposal.category && known.area === proposal.area)) proposals.push(proposal);
  };
  const base = pairs[0] ?? {};
  if (returned) for (const unit of unitsIn(item.note)) if (unit !== item.unit) add({ ...base, unit, reason: t('desk.by.note', { unit: unitName(item.unit) }) });
  pairs.forEach((reading, at) => {
    const answer = answers[at];
    if (!answer?.unit || (returned && answer.unit === item.unit)) return;
    add({ ...reading, unit: answer.unit, reason: reasonOf(reading, item, tried, answer), due_ms: answer.clocks?.[0]?.due_ms, clock: answer.clocks?.[0]?.clock, fallback: answer.fallback });
  });
  // Whom triage would ask is the one that returned it: then whoever else looks after the place.
  if (returned) for (const unit of unitsFor(base.area)) if (unit !== item.unit && proposals.length < PROPOSALS - 1) add({ ...base, unit, reason: t('desk.by.place', { area: areaName(base.area) }) });
  const kept = returned && item.unit ? [{ ...base, unit: item.unit, reason: t('desk.by.kept'), kept: true }] : [];
  const area = base.area ?? item.area;
  const alike = base.category && area && (item.area || item.areas?.length) ? await quiet(get('/tickets', { area, category: base.category, newest_first: true, limit: SIMILAR + 1 }, { signal, tries: 1 })) : null;
  return {
    text, words, proposals: [...proposals.slice(0, PROPOSALS - kept.length), ...kept],
    similar: (alike?.tickets ?? []).filter((brief) => brief.number !== item.number).slice(0, SIMILAR),
    told: (shown?.history ?? []).filter((event) => ['routed', 'ruled', 'returned', 'assigned'].some((name) => name in event)).slice(-4),
  };
}
