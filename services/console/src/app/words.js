// Words. Two sources, kept apart: what the console itself says (src/words/zh.js, en.js; one of them is
// loaded), and the words of the domain (states, actions, codes, facts), which the gateway serves from the
// same tables that the command line prints, so that no screen ever calls a thing otherwise.
import { shallowRef, watchEffect } from 'vue';

const LOADERS = { zh: () => import('../words/zh.js'), en: () => import('../words/en.js') };
const KEEP = 'paidan.language';

function preferred() {
  const kept = localStorage.getItem(KEEP);
  if (kept in LOADERS) return kept;
  return (navigator.languages ?? [navigator.language]).some((each) => /^zh/i.test(each)) ? 'zh' : 'en';
}

/** 'zh' or 'en'. Set by setLanguage alone. */
export const language = shallowRef(preferred());
const texts = shallowRef({});
const domain = shallowRef({});

/** The console's sentence, {name} replaced by what is given. A missing key shows itself: a fault. */
export function t(key, given) {
  const text = texts.value[key] ?? key;
  return given ? text.replace(/\{(\w+)\}/g, (all, name) => given[name] ?? all) : text;
}
/** Whether the console has a sentence of that name. */
export function has(key) {
  return key in texts.value;
}
/** The word of the domain: word('state', 'assigned'). Unknown ones are shown as they are. */
export function word(group, token) {
  if (token === undefined || token === null || token === '') return '';
  return domain.value[group]?.[token] ?? String(token);
}
/** All words of a group, in its order: [[token, word], ...]. */
export function wordsOf(group) {
  return Object.entries(domain.value[group] ?? {});
}
/** The gateway's words, for the language in force. */
export function hearWords(groups) {
  domain.value = groups ?? {};
}

/** Loads the sentences of a language and takes it; whoever shows domain words loads these again. */
export async function setLanguage(to) {
  const loaded = await LOADERS[to]();
  texts.value = loaded.default;
  language.value = to;
  localStorage.setItem(KEEP, to);
}

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});
