// Initials of Chinese names, so that a unit is found by typing "cgzfd" for 城管执法队. No table of our own:
// the browser sorts by pinyin, so a character's initial is that of the last mark that does not sort after it.
const LETTERS = 'abcdefghjklmnopqrstwxyz';
const MARKS = [...'阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'];
const HAN = /[\u3400-\u9fff]/;
const known = new Map();
let collator = null;

function initialOf(character) {
  let letter = known.get(character);
  if (letter === undefined) {
    collator ??= new Intl.Collator('zh-CN-u-co-pinyin');
    letter = '';
    for (let index = 0; index < MARKS.length && collator.compare(MARKS[index], character) <= 0; index++)
      letter = LETTERS[index];
    known.set(character, letter);
  }
  return letter;
}
/** "cgzfd" for 城管执法队; letters and digits stay, the rest is left out. */
export function initials(text) {
  let found = '';
  for (const character of text ?? '') {
    if (HAN.test(character)) found += initialOf(character);
    else if (/[a-z0-9]/i.test(character)) found += character.toLowerCase();
  }
  return found;
}
/** How well a choice {value, label, hint} fits what was typed: 0 not at all, more is better. */
export function fit(choice, typed) {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  const label = choice.label.toLowerCase();
  if (label === wanted) return 9;
  if (label.startsWith(wanted)) return 8;
  if (label.includes(wanted)) return 6;
  const letters = initials(choice.label);
  if (letters.startsWith(wanted)) return 5;
  if (letters.includes(wanted)) return 4;
  if (String(choice.value).toLowerCase().includes(wanted)) return 3;
  return (choice.hint ?? '').toLowerCase().includes(wanted) ? 2 : 0;
}
/** The choices that fit, the best first; among equals their own order. */
export function fitting(choices, typed, most = 50) {
  return choices
    .map((choice, at) => ({ choice, at, fits: fit(choice, typed) }))
    .filter((each) => each.fits > 0)
    .sort((one, other) => other.fits - one.fits || one.at - other.at)
    .slice(0, most)
    .map((each) => each.choice);
}
