// Figures of the archive as people read them. Rates, scores and ranks come from there; here they are only
// put beside each other. A rounded rate is all or none only where it really is.

/** Thousandths, 0..1000; null: nothing was measured. */
export function permilleOf(rate) {
  if (!rate?.denominator) return null;
  const near = Math.round((1000 * rate.numerator) / rate.denominator);
  if (near >= 1000 && rate.numerator < rate.denominator) return 999;
  return near === 0 && rate.numerator > 0 ? 1 : near;
}
/** "92.1%"; "–". */
export function percentOf(rate) {
  const permille = permilleOf(rate);
  return permille === null ? '–' : `${(permille / 10).toFixed(1)}%`;
}
/** In what numerator and denominator are told: hundredths where a part counts for less than a whole. */
export function scaleOf(formula, name) {
  const part = { solution: formula?.partly, satisfaction: formula?.fair }[name] ?? 0;
  return part === 0 || part === 100 ? 1 : 100;
}
/** "35.5/38"; '': nothing was measured. */
export function partsOf(formula, rate) {
  if (!rate?.denominator) return '';
  const scale = scaleOf(formula, rate.name);
  const plain = (value) => String(Math.round((value / scale) * 100) / 100);
  return `${plain(rate.numerator)}/${plain(rate.denominator)}`;
}
export const rateOf = (row, name) => row?.rates?.find((each) => each.name === name);
/** tokens: of the group rates_count, in its order, which is that of a row's counts. */
export const countOf = (row, tokens, token) => row?.counts?.[tokens.indexOf(token)] ?? 0;
/** Points between two rates, 1.3; null: one of them is not known. */
export function changeOf(now, before) {
  const [one, other] = [permilleOf(now), permilleOf(before)];
  return one === null || other === null ? null : (one - other) / 10;
}
/** 'good', 'bad' or '': by what is asked of all where the site says so. */
export function toneOf(formula, rate) {
  const permille = permilleOf(rate);
  if (permille === null) return '';
  const base = { on_accept: formula?.base_accept, on_handle: formula?.base_handle }[rate.name];
  if (base) return permille >= base * 10 ? 'good' : 'bad';
  return permille >= 900 ? 'good' : permille < 750 ? 'bad' : '';
}

/** "2026-03" and so many months → "2026-04". */
export function monthsOn(month, count) {
  const all = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, '0')}`;
}
/** Whether somebody can mean it. */
export const isMonth = (text) => /^20\d\d-(0[1-9]|1[0-2])$/.test(text ?? '');
/** Its days, as far as they have come by today ("2026-03-12"; absent: all): ["2026-03-01", ...]. */
export function daysOf(month, today = '9999-12-31') {
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();
  const days = Array.from({ length: last }, (all, at) => `${month}-${String(at + 1).padStart(2, '0')}`);
  return days.filter((day) => day <= today);
}

// What a rate is made of: the figures whose tickets stand behind it, the one that is asked for most first.
const BEHIND = {
  solution: ['solved_no', 'solved_partly', 'solved_yes', 'unreached', 'exempt'],
  satisfaction: ['satisfied_no', 'satisfied_fair', 'satisfied_yes', 'unreached', 'exempt'],
  on_accept: ['accept_of', 'accept_in_time'],
  on_contact: ['contact_of', 'contact_in_time'],
  on_handle: ['handle_of', 'handle_in_time'],
};
export function behind(name, formula) {
  if (name !== 'response') return BEHIND[name] ?? [name];
  const parts = { contact: ['on_contact'], accept: ['on_accept'], both: ['on_contact', 'on_accept'] };
  return (parts[formula?.response] ?? parts.contact).flatMap((part) => BEHIND[part]);
}

/** Rows as a ranking: the highest level first, then by rank, then those with most. level: of a row's code. */
export function ranked(rows, level, tokens) {
  const last = (row) => row.rank ?? Infinity;
  return [...rows].sort(
    (one, other) =>
      (level(other.code) ?? 0) - (level(one.code) ?? 0) ||
      (last(one) === last(other) ? 0 : last(one) - last(other)) ||
      countOf(other, tokens, 'registered') - countOf(one, tokens, 'registered') ||
      ((one.code ?? '') < (other.code ?? '') ? -1 : 1),
  );
}
