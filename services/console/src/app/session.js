// Who is here, what they may see. The session itself is a cookie that no script can read; this module
// knows what /me says. When it ends while somebody works, the page stays as it is beneath the login:
// what was typed is still there afterwards.
import { shallowRef, computed } from 'vue';
import { ask, get, post, connectSession } from './api.js';
import { setLanguage, language } from './words.js';

/** null: nobody. Else what /me says: person, name, roles, csrf, ... */
export const me = shallowRef(null);
/** 'unknown' until /me has answered; 'out'; 'in'; 'ended': was in, must log in again to go on. */
export const standing = shallowRef('unknown');

connectSession({
  csrf: () => me.value?.csrf ?? '',
  ended: () => {
    if (standing.value === 'in') standing.value = 'ended';
  },
  forbidden: () => look(),
});

/** Whether one of the roles is held, in whatever scope. */
export function is(...roles) {
  return (me.value?.roles ?? []).some((each) => roles.includes(each.role));
}
const scopes = (field, ...roles) => [
  ...new Set(
    (me.value?.roles ?? []).filter((each) => roles.includes(each.role) && each[field]).map((each) => each[field]),
  ),
];
/** Units for which the person may work. */
export const myUnits = computed(() => scopes('unit', 'clerk', 'leader'));
/** Units by which the person supervises: the first is whom a wish names when nothing else says. */
export const mySupervising = computed(() => scopes('unit', 'supervisor'));
/** Units that decide on requests: a leader's own, a supervisor's. */
export const myDeciding = computed(() => scopes('unit', 'leader', 'supervisor'));
export const myChannels = computed(() => scopes('channel', 'hotline', 'adapter'));

const HERE = 'paidan.here';
/** Whether the one who last used this browser did not log out. */
export const wasHere = () => localStorage.getItem(HERE) !== null;

/** Grows when the roles become others while somebody works: what screens offer is made anew. */
export const turns = shallowRef(0);
const rolesOf = (answer) => JSON.stringify([answer.roles ?? [], Boolean(answer.must_change)]);

async function take(answer) {
  const before = me.value;
  localStorage.setItem(HERE, '1');
  me.value = answer;
  standing.value = 'in';
  if (before && before.person === answer.person && rolesOf(before) !== rolesOf(answer)) turns.value++;
  // A person's own choice on this machine goes before what the account says.
  if (answer.language && !localStorage.getItem('paidan.language') && answer.language !== language.value)
    await setLanguage(answer.language);
}

/** At the start: is there a session? */
export async function loadMe() {
  try {
    await take((await ask('GET', '/me', { quiet: true })).answer);
  } catch (problem) {
    // Who was in and is not any more keeps the page, beneath the login.
    if (standing.value === 'unknown') standing.value = 'out';
    else if (problem.status === 401 && standing.value === 'in') standing.value = 'ended';
    if (problem.status !== 401) throw problem;
  }
}
/** Throws the Problem (LOGIN_FAILED, SECOND_FACTOR_NEEDED, ...) for the form to say. */
export async function login({ name, password, totp }) {
  const answer = (
    await ask('POST', '/login', { body: { name, password, ...(totp ? { totp } : {}) }, quiet: true, tries: 1 })
  ).answer;
  const before = me.value?.person;
  await take(answer.me ?? answer);
  // Somebody else at the same machine must not find the work of the one before.
  if (before && before !== me.value.person) location.reload();
}
export async function logout() {
  try {
    await post('/logout', {}, { quiet: true, tries: 1 });
  } catch {
    /* gone either way */
  }
  localStorage.removeItem(HERE);
  me.value = null;
  standing.value = 'out';
}
/** Something of the account was changed by the page itself. */
export async function refreshMe() {
  await take(await get('/me'));
}

// Roles may be changed by somebody else: asked when something was forbidden that the page offers, when a
// stream had broken off, and when somebody comes back to the page. Not by the clock: a page that asks by
// itself would keep a session open that nobody sits at.
const LOOK_MS = 10000;
let lookedAt = -LOOK_MS;
export function look() {
  if (standing.value !== 'in' || performance.now() - lookedAt < LOOK_MS) return;
  lookedAt = performance.now();
  loadMe().catch(() => {});
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) look();
});
