// From which list one came to a ticket: its numbers in their order, so that the next one is a key away,
// and back in the list one stands where one was. Kept while the page is open; only numbers.
import { shallowRef } from 'vue';

const MOST = 1000;
const trail = shallowRef({ numbers: [], at: '' });

/** A ticket is opened from a list; around it at most so many are kept. */
export function leaveTrail(numbers, number) {
  const index = Math.max(0, numbers.indexOf(number));
  const from = Math.max(0, index - MOST / 2);
  trail.value = { numbers: numbers.slice(from, from + MOST), at: number };
}
/** The number before (-1) or after (1) in that list; undefined: there is none. */
export function alongTrail(number, by) {
  const index = trail.value.numbers.indexOf(number);
  return index < 0 ? undefined : trail.value.numbers[index + by];
}
/** Which ticket of a list was looked at last. */
export const lastOnTrail = () => trail.value.at;
export function noteOnTrail(number) {
  if (trail.value.numbers.includes(number)) trail.value = { ...trail.value, at: number };
}
