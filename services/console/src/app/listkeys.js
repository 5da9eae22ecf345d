// The keys that every list has, over its selection: moving, extending, choosing, opening.
const PAGE = 10;

/** open(row): what Enter does. options: multiple, most (how many "all" takes). */
export function listKeys(selection, open, options = {}) {
  const keys = {};
  const add = (names, words, run, hidden) => {
    for (const name of names) keys[name] = { words, run, hidden };
  };
  add(['j', 'ArrowDown'], 'key.next', () => selection.move(1));
  add(['k', 'ArrowUp'], 'key.previous', () => selection.move(-1));
  add(['PageDown'], 'key.next', () => selection.move(PAGE), true);
  add(['PageUp'], 'key.previous', () => selection.move(-PAGE), true);
  add(['Home'], 'key.next', () => selection.moveTo(0), true);
  add(['End'], 'key.next', () => selection.moveTo(Infinity), true);
  if (open) {
    add(['Enter'], 'key.open', () => {
      if (selection.current.value) open(selection.current.value);
    });
  }
  if (options.multiple) {
    add(['J', 'Shift+ArrowDown'], 'key.extend', () => selection.move(1, true));
    add(['K', 'Shift+ArrowUp'], 'key.extend', () => selection.move(-1, true));
    add(['x', ' '], 'key.choose', () => selection.toggle());
    add(['a'], 'key.all', () => selection.all(options.most));
    keys.Escape = { words: 'key.clear', run: () => selection.clear(), when: () => selection.chosen.value.size > 0 };
  }
  return keys;
}
