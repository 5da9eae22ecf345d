// 来电: who rings at the operators' just now, who has it, and which calls are mine. Numbers are masked until
// somebody takes the call: that tells it, and is recorded. Nothing is kept here: a page that is loaded anew asks.
import { computed, shallowRef } from 'vue';
import { get, post } from './api.js';
import { me } from './session.js';

/** Those that ring or are spoken: {call_id, channel, state, from?, to?, users?, by?, rang_ms, ...}. */
const live = shallowRef(new Map());
/** Taken by me: {call_id, channel, from?, to?, rang_ms, filled, over}, the oldest first. */
export const mine = shallowRef([]);
/** The channel whose calls an exchange tells; '': none does. */
export const ringsFor = shallowRef('');

const isMine = (call) => call.by === me.value?.person;
/** Whether the exchange itself says that it rings, or was answered, at my place. */
export const atMe = (call) => (call.users ?? []).includes(me.value?.person);
// What nobody has, mine among it first, then by how long it rings.
const weight = (call) => (isMine(call) ? 2 : call.by || call.state === 'answered' ? 1 : atMe(call) ? -1 : 0);
export const calls = computed(() => [...live.value.values()].sort((one, other) => weight(one) - weight(other) || one.rang_ms - other.rang_ms));
/** The one that the key takes: nobody has it. */
export const waiting = computed(() => calls.value.find((call) => !call.by && (call.state === 'ringing' || atMe(call))));

const change = (call_id, fields) => {
  mine.value = mine.value.map((each) => (each.call_id === call_id ? { ...each, ...fields } : each));
};
/** Its number stands in the form: nothing more is to be done for it. */
export const noteFilled = (call_id) => change(call_id, { filled: true });
/** What has ended and is in a form, or was put away. */
export const forgetCall = (call_id) => {
  mine.value = mine.value.filter((each) => each.call_id !== call_id);
};

/** Takes it. over: from who has it. Throws the Problem; the same again is told the same. */
export async function take(call, over = false) {
  const told = await post('/calls/take', { channel: call.channel, call_id: call.call_id, ...(over ? { over } : {}) });
  if (mine.value.some((each) => each.call_id === call.call_id)) return;
  mine.value = [...mine.value, { call_id: call.call_id, channel: call.channel, from: told.from ?? '', to: told.to ?? '', rang_ms: told.rang_ms, filled: false, over: !live.value.has(call.call_id) }];
}

const asked = new Set();
function put(call) {
  const next = new Map(live.value);
  if (call.state === 'over') {
    next.delete(call.call_id);
    asked.delete(call.call_id);
    change(call.call_id, { over: true });
    mine.value = mine.value.filter((each) => !(each.over && each.filled && each.call_id !== call.call_id));
  } else next.set(call.call_id, call);
  live.value = next;
  if (call.by && !isMine(call)) forgetCall(call.call_id);
  // Answered at my place, or mine before the page was loaded: its number is asked for once.
  const answered = call.state === 'answered' && !call.by && atMe(call);
  if ((answered || (call.state !== 'over' && isMine(call))) && !asked.has(call.call_id)) {
    asked.add(call.call_id);
    take(call).catch(() => asked.delete(call.call_id));
  }
}
/** What goes on just now, whole. */
export async function load() {
  const told = await get('/calls');
  const here = new Set((told.calls ?? []).map((call) => call.call_id));
  ringsFor.value = told.channel ?? '';
  for (const id of live.value.keys()) if (!here.has(id)) put({ ...live.value.get(id), state: 'over' });
  for (const call of told.calls ?? []) put(call);
}
export const hearCall = put;
