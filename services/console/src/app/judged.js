// 判断依据: why triage thinks what it thinks of a ticket, as its facts carry it (Judged), made ready to be
// shown. Nothing is judged here.
import { areaName, categoryName, unitName } from './site.js';

/** The matters that triage saw in a text: [{text, category}]. Parts say where they lie in its bytes. */
export function cutParts(text, parts) {
  const bytes = new TextEncoder().encode(text ?? ''), decoder = new TextDecoder();
  return (parts ?? [])
    .map((part) => ({ text: decoder.decode(bytes.slice(part.at, part.at + part.bytes)).replace(/^[\s，。；、,.;]+|[\s，、,]+$/g, ''), category: part.category ?? '' }))
    .filter((part) => part.text);
}
const named = (list, nameOf) => (list ?? []).map((guess) => ({ code: guess.code, permille: guess.permille, name: nameOf(guess.code) }));
/** What there is to show of a Judged; null: the site has neither models nor rules. */
export function evidence(judged) {
  if (!judged) return null;
  const grams = [...new Set([...(judged.words ?? []), ...(judged.grams ?? []).map((each) => each.gram)])].filter(Boolean);
  return {
    by: judged.by, rule: judged.rule, threshold: judged.threshold, call: judged.call ?? [], words: grams, places: judged.place_words ?? [],
    guesses: [['category', named(judged.guesses, categoryName)], ['area', named(judged.areas, areaName)], ['unit', named(judged.units, unitName)]].filter(([, list]) => list.length),
    same: judged.same ?? [],
  };
}
/** Per mille as people read it. */
export const percent = (permille) => `${permille >= 995 ? Math.floor(permille) / 10 : Math.round(permille / 10)}%`;
