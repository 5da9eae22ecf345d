// Which row one stands on and which are chosen, in a list that changes beneath. Both are kept by key,
// not by place: a row that moves takes its mark along, one that leaves loses it, and the cursor stays
// where it was, on the row that came after.
import { computed, shallowRef, watch } from 'vue';

export function useSelection(rows, keyOf = (row) => row.number) {
  const cursor = shallowRef(null);
  const chosen = shallowRef(new Set());
  let place = 0,
    anchor = null;

  const keys = computed(() => rows.value.map(keyOf));
  const index = computed(() => keys.value.indexOf(cursor.value));
  const current = computed(() => rows.value[index.value] ?? null);
  const chosenRows = computed(() => rows.value.filter((row) => chosen.value.has(keyOf(row))));
  /** What a command is meant for: the chosen, else the one under the cursor. */
  const targets = computed(() =>
    chosenRows.value.length > 0 ? chosenRows.value : current.value ? [current.value] : [],
  );

  watch(
    keys,
    (now) => {
      if (now.length === 0) {
        cursor.value = null;
        return;
      }
      const at = now.indexOf(cursor.value);
      if (at < 0) cursor.value = now[Math.min(place, now.length - 1)];
      place = Math.max(0, now.indexOf(cursor.value));
      if (chosen.value.size > 0) {
        const there = new Set(now);
        const left = [...chosen.value].filter((key) => there.has(key));
        if (left.length !== chosen.value.size) chosen.value = new Set(left);
      }
    },
    { immediate: true },
  );

  const range = (from, to) => keys.value.slice(Math.min(from, to), Math.max(from, to) + 1);
  /** To a place; extend: all from where the extending began are chosen. */
  function moveTo(at, extend = false) {
    if (keys.value.length === 0) return;
    const to = Math.max(0, Math.min(keys.value.length - 1, at));
    if (extend) {
      anchor ??= cursor.value;
      chosen.value = new Set(range(Math.max(0, keys.value.indexOf(anchor)), to));
    } else {
      anchor = null;
    }
    cursor.value = keys.value[to];
    place = to;
  }
  const move = (by, extend) => moveTo((index.value < 0 ? 0 : index.value) + by, extend);
  function toggle(key = cursor.value) {
    if (key === null) return;
    const next = new Set(chosen.value);
    if (!next.delete(key)) next.add(key);
    chosen.value = next;
    anchor = key;
  }
  /** All, at most so many from the top; again: none. */
  function all(most = Infinity) {
    const wanted = keys.value.slice(0, most);
    chosen.value = wanted.length > 0 && wanted.every((key) => chosen.value.has(key)) ? new Set() : new Set(wanted);
  }
  function clear() {
    chosen.value = new Set();
    anchor = null;
  }
  return { cursor, index, current, chosen, chosenRows, targets, moveTo, move, toggle, all, clear };
}
