// The site's tables: levels, units, areas, categories, channels. Loaded once a language; answers carry
// codes, and the names people read stand here alone.
import { shallowRef, computed } from 'vue';
import { get } from './api.js';
import { language, hearWords } from './words.js';
import { hear, setOffset } from './clock.js';

export const site = shallowRef({
  name: '',
  levels: [],
  units: [],
  areas: [],
  categories: [],
  channels: [],
  calendars: [],
});

const named = (row) => (language.value === 'en' && row.name_en) || row.name || row.code;
const index = (rows) => new Map((rows ?? []).map((row) => [row.code, row]));
const units = computed(() => index(site.value.units));
const areas = computed(() => index(site.value.areas));
const categories = computed(() => index(site.value.categories));
const channels = computed(() => index(site.value.channels));
const levels = computed(() => new Map((site.value.levels ?? []).map((row) => [row.level, row])));

const nameIn = (table) => (code) => {
  const row = table.value.get(code);
  return row ? named(row) : (code ?? '');
};
export const unitName = nameIn(units);
export const areaName = nameIn(areas);
export const categoryName = nameIn(categories);
export const channelName = nameIn(channels);
export const levelName = nameIn(levels);
export const siteName = () => named(site.value);

export const unitOf = (code) => units.value.get(code);
export const areaOf = (code) => areas.value.get(code);
export const categoryOf = (code) => categories.value.get(code);

/** "清河街道 › 阳光社区 › 锦绣苑": an area and what it lies in. */
export function areaPath(code) {
  const names = [];
  for (let row = areas.value.get(code); row && names.length < 8; row = areas.value.get(row.parent))
    names.unshift(named(row));
  return names.join(' › ') || (code ?? '');
}
/** Choices for a Combo: [{value, label, hint}]. */
export const unitChoices = computed(() =>
  (site.value.units ?? []).map((row) => ({ value: row.code, label: named(row), hint: levelName(row.level) })),
);
export const areaChoices = computed(() =>
  (site.value.areas ?? []).map((row) => ({
    value: row.code,
    label: named(row),
    hint: row.parent ? nameIn(areas)(row.parent) : '',
  })),
);
export const categoryChoices = computed(() =>
  (site.value.categories ?? []).map((row) => ({
    value: row.code,
    label: named(row),
    hint: row.parent ? nameIn(categories)(row.parent) : '',
  })),
);

let asked = null;

async function fetchSite(lang) {
  const [tables, words] = await Promise.all([
    get('/site', { lang }, { quiet: true }),
    get('/words', { lang }, { quiet: true, cache: 'default' }),
  ]);
  hearWords(words);
  site.value = tables;
  setOffset(tables.utc_offset_ms);
  hear(tables.now_ms, tables.rate);
}
/** Asked beside /me, before anybody knows whether somebody is logged in: the first row must not wait for two rounds. */
export function guessSite() {
  const lang = language.value;
  asked = {
    lang,
    answer: fetchSite(lang).then(
      () => true,
      () => false,
    ),
  };
}
/** Before: somebody is logged in. Again after the language was changed. */
export async function loadSite() {
  const lang = language.value;
  const guessed = asked?.lang === lang && (await asked.answer);
  asked = null;
  if (!guessed) await fetchSite(lang);
}
