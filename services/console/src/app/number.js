// A ticket's number as people write it: "20261122-0001-7", "20261122 0001 7", 202611220001 7.

/** As it is written everywhere; '' if it is none. */
export function numberOf(text) {
  const digits = (text ?? '').replace(/[\s\-–—－]/g, '');
  return /^\d{13,18}$/.test(digits) ? `${digits.slice(0, 8)}-${digits.slice(8, -1)}-${digits.slice(-1)}` : '';
}
