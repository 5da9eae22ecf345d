// Short news at the edge of the screen: what was done, what was refused. Refusals stay until read.
import { shallowRef } from 'vue';

const STAY_MS = 6000;
const SHOWN_MAX = 4;
let last = 0;

/** [{id, tone, text, action?: {words, run}}], the newest last. */
export const toasts = shallowRef([]);

export function dismiss(id) {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}
/** tone: 'good', 'bad', 'news'. action: e.g. undo. Returns its id. */
export function toast(tone, text, action) {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-(SHOWN_MAX - 1)), { id, tone, text, action }];
  if (tone !== 'bad') setTimeout(() => dismiss(id), action ? STAY_MS * 2 : STAY_MS);
  return id;
}
/** A Problem, said. */
export function toastProblem(problem) {
  if (problem.code !== 'ABORTED') toast('bad', problem.text + (problem.detail ? ` · ${problem.detail}` : ''));
}
