// What was registered from this page, the newest first: the callers of the shift. In memory alone, for it
// holds phone numbers; services find no ticket by a number, and are not meant to.
import { shallowRef } from 'vue';

const KEPT = 60;
export const calls = shallowRef([]);
/** {number, phone?, text, at_ms} */
export function noteCall(call) {
  calls.value = [call, ...calls.value.filter((each) => each.number !== call.number)].slice(0, KEPT);
}
