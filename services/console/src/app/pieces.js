// A text cut where the words that were looked for stand, to be shown: [{text, hit}]. Case does not matter; what
// is found in another form of writing (traditional, wide) is found by the archive and not marked here.

export function pieces(text, words) {
  const wanted = (words ?? '').trim().split(/\s+/).filter(Boolean).map((each) => each.toLowerCase());
  const low = text.toLowerCase();
  const parts = [];
  let plain = 0;
  for (let at = 0; low.length === text.length && at < text.length; ) {
    const word = wanted.filter((each) => low.startsWith(each, at)).sort((one, other) => other.length - one.length)[0];
    if (!word) { at++; continue; }
    if (plain < at) parts.push({ text: text.slice(plain, at), hit: false });
    parts.push({ text: text.slice(at, at + word.length), hit: true });
    plain = at += word.length;
  }
  if (plain < text.length) parts.push({ text: text.slice(plain), hit: false });
  return parts;
}
