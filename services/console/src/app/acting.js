// From a key or a button to a deed: which of the tickets meant it makes sense for, at once when nothing
// is to be filled in, else by the DeedDialog of the screen. One for each screen that offers deeds.
import { shallowRef } from 'vue';
import { deedsFor, perform, whyNot } from './deeds.js';
import { toast, toastProblem } from './toasts.js';
import { t } from './words.js';

/**
 * table: deeds offered; targets(): the tickets meant; onDone(results, deed). Returns {open: {deed,
 * briefs} or null, start(deed), close(), finished(results), keys: for useKeys, offered(briefs)}.
 */
export function useDeeds(table, targets, onDone = () => {}) {
  const open = shallowRef(null);
  let last = null;

  async function start(deed, given = targets()) {
    const briefs = given.filter((brief) => deed.when(brief));
    if (briefs.length === 0) {
      if (given.length > 0) toast('news', t('deed.none', { deed: deed.words }));
      return;
    }
    last = deed;
    if (deed.fields.length > 0) {
      open.value = { deed, briefs };
      return;
    }
    try {
      const results = await perform(deed, briefs, {});
      const refused = results.filter((each) => each.code !== 'OK');
      if (refused.length === 0)
        toast(
          'good',
          briefs.length === 1
            ? t('deed.done', { deed: deed.words, number: briefs[0].number })
            : t('deed.doneMany', { deed: deed.words, n: briefs.length }),
        );
      else toast('bad', `${refused[0].number} ${whyNot(refused[0])}`);
      onDone(results, deed);
    } catch (problem) {
      toastProblem(problem);
    }
  }
  const keys = {};
  for (const { key } of table.filter((each) => each.key)) {
    // Deeds that exclude each other may share a key: it means the one that can be done.
    const those = table.filter((each) => each.key === key);
    const meant = () => those.find((each) => targets().some((brief) => each.when(brief))) ?? those[0];
    if (!keys[key])
      keys[key] = {
        words: () => meant().words,
        run: () => start(meant()),
        when: () => !open.value && targets().length > 0,
      };
  }
  return {
    open,
    start,
    keys,
    close: () => {
      open.value = null;
    },
    finished: (results) => onDone(results, last),
    /** The deeds that make sense for at least one of these. */
    offered: (briefs) => table.filter((deed) => briefs.some((brief) => deed.when(brief))),
    deedsFor: (brief) => deedsFor(brief, table),
  };
}
