// Lists that keep themselves right: loaded once, then changed by the events of their topic. A row is
// replaced only by a newer version, so an answer that was slow never undoes what an event said. What
// comes in bursts is taken in together, a few times a second, however many tickets move.
import { shallowRef, onScopeDispose } from 'vue';
import { follow } from './events.js';
import { Problem } from './api.js';

const GATHER_MS = 150;

/** The deadline a ticket stands for: the oldest missed one of the running clocks, else the next. */
export function dueOf(brief) {
  let due = Infinity;
  for (const clock of brief.clocks ?? []) if (clock.due_ms < due) due = clock.due_ms;
  return Number.isFinite(due) ? due : (brief.next_due_ms ?? brief.overdue_since_ms ?? Infinity);
}
/** The clock that dueOf speaks of; undefined: none runs. */
export function dueClock(brief) {
  let first;
  for (const clock of brief.clocks ?? []) if (!first || clock.due_ms < first.due_ms) first = clock;
  return first;
}
export const byDue = (one, other) => dueOf(one) - dueOf(other) || (one.number < other.number ? -1 : 1);

/**
 * options: load(signal, more) → {rows, more?} (more: what the next page is asked by), topic (absent:
 * no events), on (further handlers), kind ('ticket': which event carries a row), rowOf(data), keep(row),
 * order, keyOf. Returns {rows, state, problem, more, reload, loadMore, put, drop}.
 */
export function useLive(options) {
  const keyOf = options.keyOf ?? ((row) => row.number);
  const keep = options.keep ?? (() => true);
  const table = new Map();
  const rows = shallowRef([]);
  const state = shallowRef('loading');
  const problem = shallowRef(null);
  const more = shallowRef(null);
  let timer = 0,
    loads = 0,
    ender = null;

  const show = () => {
    timer = 0;
    const list = [...table.values()];
    if (options.order) list.sort(options.order);
    rows.value = list;
  };
  const settle = () => {
    timer ||= setTimeout(show, GATHER_MS);
  };
  const put = (row) => {
    const key = keyOf(row),
      before = table.get(key);
    if (before && row.version !== undefined && row.version < before.version) return;
    if (keep(row)) table.set(key, row);
    else if (!table.delete(key)) return;
    settle();
  };
  const drop = (key) => {
    if (table.delete(key)) settle();
  };

  async function fetchPage(from) {
    const load = ++loads;
    ender?.abort();
    ender = new AbortController();
    if (table.size === 0) state.value = 'loading';
    try {
      const page = await options.load(ender.signal, from);
      if (load !== loads) return;
      if (from === undefined) {
        // What an event brought meanwhile may be newer than the page.
        const before = new Map(table);
        table.clear();
        for (const row of page.rows) {
          // Of a return the desk has a row too, of version 0: the unit's says more.
          const known = table.get(keyOf(row)) ?? before.get(keyOf(row));
          if (keep(row)) table.set(keyOf(row), known && known.version > row.version ? known : row);
        }
      } else {
        for (const row of page.rows) put(row);
      }
      more.value = page.more ?? null;
      problem.value = null;
      state.value = 'ready';
      show();
    } catch (caught) {
      if (load !== loads || caught.code === 'ABORTED') return;
      if (!(caught instanceof Problem)) throw caught;
      problem.value = caught;
      state.value = table.size > 0 ? 'stale' : 'failed';
    }
  }
  const reload = () => fetchPage(undefined);
  const loadMore = () => (more.value !== null && state.value === 'ready' ? fetchPage(more.value) : undefined);

  if (options.topic) {
    const kind = options.kind ?? 'ticket';
    const rowOf = options.rowOf ?? ((data) => data);
    follow(options.topic, {
      ...options.on,
      [kind]: (data) => {
        const row = rowOf(data);
        if (row) put(row);
        options.on?.[kind]?.(data);
      },
      reload: () => {
        reload();
        options.on?.reload?.();
      },
      // The answer says why, where the list is.
      refused: reload,
    });
  }
  onScopeDispose(() => {
    clearTimeout(timer);
    ender?.abort();
  });
  reload();
  return { rows, state, problem, more, reload, loadMore, put, drop, find: (key) => table.get(key) };
}
