// The first sheet of an .xlsx file as text cells. A workbook is a ZIP of XML; what is needed of both is
// little, and reading it here means that no file leaves the machine before its owner has seen what is in it.
// XML is read by patterns: the page may not make documents out of strings (Trusted Types).
const INFLATED_MAX = 60 * 1024 * 1024, COLUMNS_MAX = 200;

/** Whether this browser can: else the gateway does. */
export const readsSheets = () => typeof DecompressionStream === 'function';

async function inflate(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader(), parts = [];
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > INFLATED_MAX) throw new Error('too large');
    parts.push(value);
  }
  return new Blob(parts).arrayBuffer();
}
/** name → what returns its text, by the ZIP's directory. */
function entries(buffer) {
  const view = new DataView(buffer), found = new Map();
  let end = buffer.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error('no workbook');
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0 && view.getUint32(at, true) === 0x02014b50; left--) {
    const method = view.getUint16(at + 10, true), size = view.getUint32(at + 20, true), nameBytes = view.getUint16(at + 28, true), more = view.getUint16(at + 30, true) + view.getUint16(at + 32, true), local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, nameBytes));
    found.set(name, async () => {
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true), packed = new Uint8Array(buffer, start, size);
      return new TextDecoder().decode(method === 0 ? packed : await inflate(packed));
    });
    at += 46 + nameBytes + more;
  }
  return found;
}
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plain = (text) => text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, number, name) => (hex ? String.fromCodePoint(parseInt(hex, 16)) : number ? String.fromCodePoint(Number(number)) : ENTITIES[name] ?? all));
/** The text of a string that may be in several runs; what is spoken beneath Chinese characters is left out. */
const runs = (xml) => [...xml.replace(/<rPh[\s\S]*?<\/rPh>/g, '').matchAll(/<t(?:\s[^>]*)?>([\s\S]*?)<\/t>/g)].map(([, text]) => plain(text)).join('');
const columnOf = (reference) => [...reference.replace(/\d/g, '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

/** [[cell, ...], ...], empty rows left out. Throws an Error when it is none. */
export async function readSheet(buffer) {
  const files = entries(buffer);
  const sheet = [...files.keys()].filter((name) => /^xl\/worksheets\/sheet\d+\.xml$/.test(name)).sort((one, other) => one.length - other.length || (one < other ? -1 : 1))[0];
  if (!sheet) throw new Error('no sheet');
  const shared = files.has('xl/sharedStrings.xml') ? [...(await files.get('xl/sharedStrings.xml')()).matchAll(/<si(?:\s[^>]*)?(?:\/>|>([\s\S]*?)<\/si>)/g)].map(([, xml]) => runs(xml ?? '')) : [];
  const rows = [];
  for (const [, xml] of (await files.get(sheet)()).matchAll(/<row\b[^>]*?(?:\/>|>([\s\S]*?)<\/row>)/g)) {
    const row = [];
    for (const [, attributes, inside] of (xml ?? '').matchAll(/<c\b([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)) {
      const column = columnOf(/\br="([A-Z]+)\d+"/.exec(attributes)?.[1] ?? '') , at = column >= 0 ? column : row.length;
      if (at >= COLUMNS_MAX) continue;
      const type = /\bt="(\w+)"/.exec(attributes)?.[1], value = /<v(?:\s[^>]*)?>([\s\S]*?)<\/v>/.exec(inside ?? '')?.[1] ?? '';
      row[at] = (type === 's' ? shared[Number(value)] ?? '' : type === 'inlineStr' ? runs(inside ?? '') : plain(value)).trim();
    }
    for (let at = 0; at < row.length; at++) row[at] ??= '';
    if (row.some(Boolean)) rows.push(row);
  }
  return rows;
}
/** A day as sheets count them, from 1899-12-30, as it is written: "2026-11-30 08:20". '' if it is none. */
export function dayOf(serial) {
  const days = Number(serial);
  if (!/^\d{5}(\.\d+)?$/.test(serial) || days < 20000 || days > 80000) return '';
  return new Date(Math.round((days - 25569) * 1440) * 60000).toISOString().slice(0, 16).replace('T', ' ');
}
