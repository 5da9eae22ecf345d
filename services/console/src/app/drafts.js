// What was typed and not sent. Kept on this machine for each person apart, so that a lost connection, a
// closed tab or an ended session costs nobody a note; forgotten once it was sent, or after a week, for
// machines are shared and notes are about people.
import { reactive, watch, onScopeDispose } from 'vue';
import { me } from './session.js';

const PREFIX = 'paidan.draft.';
const AGE_MS = 7 * 24 * 3600 * 1000;
const KEPT_MAX = 200;
const SETTLE_MS = 300;

const own = (name) => `${PREFIX}${me.value?.person ?? ''}.${name}`;

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept && Date.now() - kept.at < AGE_MS ? kept.fields : null;
  } catch {
    return null;
  }
}
function write(key, fields) {
  // A full store must not stop anybody from working.
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields }));
  } catch {
    /* not kept */
  }
}

/**
 * A form whose fields are kept: draft('resolve.20261122-0001-7', {note: ''}) → {fields, forget()}.
 * fields is reactive and holds what was typed before, if anything was.
 */
export function draft(name, empty) {
  const key = own(name);
  const fields = reactive({ ...empty, ...read(key) });
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    const typed = Object.keys(empty).some((each) => JSON.stringify(fields[each]) !== JSON.stringify(empty[each]));
    if (typed) write(key, fields);
    else localStorage.removeItem(key);
  };
  const stop = watch(
    fields,
    () => {
      clearTimeout(timer);
      timer = setTimeout(save, SETTLE_MS);
    },
    { deep: true, flush: 'sync' },
  );
  const flush = () => {
    if (timer) save();
  };
  window.addEventListener('pagehide', flush);
  onScopeDispose(() => {
    stop();
    flush();
    window.removeEventListener('pagehide', flush);
  });
  const forget = () => {
    Object.assign(fields, empty);
    save();
  };
  return { fields, forget };
}
/** Whether something is kept under that name. */
export function hasDraft(name) {
  return read(own(name)) !== null;
}

/** At the start: what is too old or too much goes, the oldest first. */
export function sweepDrafts() {
  const kept = [];
  for (let index = localStorage.length - 1; index >= 0; index--) {
    const key = localStorage.key(index);
    if (!key?.startsWith(PREFIX)) continue;
    let at = 0;
    try {
      at = JSON.parse(localStorage.getItem(key)).at ?? 0;
    } catch {
      /* unreadable: goes */
    }
    if (Date.now() - at > AGE_MS) localStorage.removeItem(key);
    else kept.push([at, key]);
  }
  kept
    .sort((one, other) => other[0] - one[0])
    .slice(KEPT_MAX)
    .forEach(([, key]) => localStorage.removeItem(key));
}
