// The server's clock, and how moments are said. Every time on a page comes from here: the browser's
// own clock may be wrong by days, and a demo's runs a thousand times as fast. One tick a second
// serves the whole page; nothing counts down by subtracting, so a sleeping tab wakes up right.
import { shallowRef } from 'vue';
import { language } from './words.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// What was heard last: the server's moment, when that was by our monotonic clock, how fast it runs.
const heard = { ms: Date.now(), at: performance.now(), rate: 1 };
// Of the site's wall clock. Zones with summer time name it anew with each answer of /site.
let offsetMs = 8 * HOUR;

/** The server's moment, now. */
export function now() {
  return heard.ms + (performance.now() - heard.at) * heard.rate;
}

/** now(), as of the last tick: what a template reads to be drawn again each second. */
export const tick = shallowRef(now());

/** The server said what time it is. rate is absent in answers that only carry the moment. */
export function hear(ms, rate) {
  if (!Number.isFinite(ms)) return;
  heard.ms = ms;
  heard.at = performance.now();
  if (Number.isFinite(rate) && rate > 0) heard.rate = rate;
  tick.value = now();
}

/** How many times as fast as ours the server's clock runs: 1 but in a demo. */
export function rate() {
  return heard.rate;
}

/** Of the site's wall clock to UTC, in milliseconds. */
export function setOffset(ms) {
  if (Number.isFinite(ms)) offsetMs = ms;
}

function beat() {
  tick.value = now();
}
let timer = setInterval(beat, SECOND);
// A hidden tab needs no seconds; seen again it must be right at once.
document.addEventListener('visibilitychange', () => {
  clearInterval(timer);
  if (!document.hidden) {
    beat();
    timer = setInterval(beat, SECOND);
  }
});

// ---- moments as people read them: by the site's wall clock, never the browser's zone ----

const two = (value) => String(value).padStart(2, '0');

/** The parts of the site's wall clock at that moment. weekday: 0 is Sunday. */
export function wall(ms) {
  const at = new Date(ms + offsetMs);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    weekday: at.getUTCDay(),
  };
}
/** The moment of a wall clock, as a form gives it: "2026-11-23T14:00". NaN: it is none. */
export function fromWall(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?$/.exec(text ?? '');
  if (!parts) return NaN;
  return Date.UTC(+parts[1], +parts[2] - 1, +parts[3], +(parts[4] ?? 0), +(parts[5] ?? 0)) - offsetMs;
}
/** "2026-11-23T14:00", for an input of type datetime-local. */
export function toWall(ms) {
  const at = wall(ms);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}`;
}
/** "2026-11-23 14:00:05" */
export function exact(ms) {
  const at = wall(ms);
  return `${at.year}-${two(at.month)}-${two(at.day)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}
/** "14:00", "11-23 14:00", "2025-11-23 14:00": as much as tells it from now. */
export function short(ms, from = now()) {
  const at = wall(ms),
    here = wall(from);
  const time = `${two(at.hour)}:${two(at.minute)}`;
  if (at.year !== here.year) return `${at.year}-${two(at.month)}-${two(at.day)} ${time}`;
  if (at.month !== here.month || at.day !== here.day) return `${two(at.month)}-${two(at.day)} ${time}`;
  return time;
}
/** "14:00:05" */
export function clockTime(ms) {
  const at = wall(ms);
  return `${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}
/** "2026-11-23" */
export function day(ms) {
  const at = wall(ms);
  return `${at.year}-${two(at.month)}-${two(at.day)}`;
}

const UNITS = [
  [DAY, '天', 'd'],
  [HOUR, '小时', 'h'],
  [MINUTE, '分', 'm'],
  [SECOND, '秒', 's'],
];

/** "3小时12分", "3h12m": two units are enough to act on. The sign is left to the sentence around it. */
export function span(ms) {
  const column = language.value === 'zh' ? 1 : 2;
  const left = Math.abs(ms);
  const index = UNITS.findIndex(([size]) => left >= size);
  if (index < 0 || index === UNITS.length - 1) return `${Math.floor(left / SECOND)}${UNITS[UNITS.length - 1][column]}`;
  const [size] = UNITS[index],
    [smaller] = UNITS[index + 1];
  return `${Math.floor(left / size)}${UNITS[index][column]}${two(Math.floor((left % size) / smaller))}${UNITS[index + 1][column]}`;
}
/** "30分", "3小时", "2天": one unit, for what lies some way off. */
export function about(ms) {
  const column = language.value === 'zh' ? 1 : 2;
  const left = Math.abs(ms);
  const [size, ...units] = UNITS.find(([each]) => left >= each) ?? UNITS[UNITS.length - 1];
  return `${Math.floor(left / size)}${units[column - 1]}`;
}
/** "24小时", "1小时30分": all of it, as a term is written in the site. */
export function exactSpan(ms) {
  const column = language.value === 'zh' ? 1 : 2;
  let left = Math.abs(ms),
    text = '';
  for (const [size, ...units] of UNITS.slice(1)) {
    if (left >= size) text += `${Math.floor(left / size)}${units[column - 1]}`;
    left %= size;
  }
  return text || `0${UNITS[UNITS.length - 1][column]}`;
}
