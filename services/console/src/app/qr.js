// A QR code (ISO/IEC 18004) of some bytes, for the secret of a second factor: byte mode, error correction M,
// versions 1 to 10, mask 0. Drawn as one path of unit squares: no picture, no library.

// Of error correction M, by version: codewords in all, blocks, of correction a block.
const TABLE = [[26, 1, 10], [44, 1, 16], [70, 1, 26], [100, 2, 18], [134, 2, 24], [172, 4, 16], [196, 4, 18], [242, 4, 22], [292, 5, 22], [346, 5, 26]];
const ALIGN = [[], [18], [22], [26], [30], [34], [22, 38], [24, 42], [26, 46], [28, 50]];

// Arithmetic in GF(256) by the polynomial 0x11d.
const EXP = new Uint8Array(512), LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = value;
  LOG[value] = power;
  value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
}
const times = (one, other) => (one && other ? EXP[LOG[one] + LOG[other]] : 0);

function correction(data, count) {
  let generator = [1];
  for (let root = 0; root < count; root++) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((factor, at) => { next[at] ^= factor; next[at + 1] ^= times(factor, EXP[root]); });
    generator = next;
  }
  const rest = [...data, ...new Array(count).fill(0)];
  for (let at = 0; at < data.length; at++) {
    const factor = rest[at];
    if (factor) generator.forEach((each, by) => { rest[at + by] ^= times(each, factor); });
  }
  return rest.slice(data.length);
}
/** Codewords, the blocks interleaved. */
function codewords(bytes, version) {
  const [all, blocks, each] = TABLE[version - 1], room = all - blocks * each, bits = [];
  const put = (value, width) => { for (let bit = width - 1; bit >= 0; bit--) bits.push((value >> bit) & 1); };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let at = 0; at < bits.length; at += 8) data.push(parseInt(bits.slice(at, at + 8).join(''), 2));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  const small = Math.floor(room / blocks), large = room % blocks, parts = [];
  for (let block = 0, at = 0; block < blocks; block++) {
    const size = small + (block >= blocks - large ? 1 : 0);
    parts.push(data.slice(at, at + size));
    at += size;
  }
  const out = [], checks = parts.map((part) => correction(part, each));
  for (let at = 0; at <= small; at++) for (const part of parts) if (at < part.length) out.push(part[at]);
  for (let at = 0; at < each; at++) for (const check of checks) out.push(check[at]);
  return out;
}

/** {size, path}; size 0: too long, or nothing. */
export function squares(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = TABLE.findIndex(([all, blocks, each], at) => bytes.length + (at < 9 ? 2 : 3) <= all - blocks * each) + 1;
  if (bytes.length === 0 || version === 0) return { size: 0, path: '' };
  const size = 17 + 4 * version;
  const grid = Array.from({ length: size }, () => new Array(size).fill(null));
  const set = (x, y, dark) => { if (x >= 0 && y >= 0 && x < size && y < size) grid[y][x] = dark ? 1 : 0; };
  for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
    for (let y = -1; y < 8; y++) for (let x = -1; x < 8; x++) { const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3)); set(left + x, top + y, ring !== 2 && ring < 4); }
  }
  const centres = version > 1 ? [6, ...ALIGN[version - 1]] : [];
  for (const cy of centres) for (const cx of centres) if (grid[cy][cx] === null) for (let y = -2; y < 3; y++) for (let x = -2; x < 3; x++) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
  for (let at = 8; at < size - 8; at++) { set(at, 6, at % 2 === 0); set(6, at, at % 2 === 0); }
  // Format: error correction M (00) and mask 0, with its BCH code, masked as the standard says: 0x5412.
  const format = 0x5412, bit = (at) => (format >> at) & 1;
  for (let at = 0; at < 6; at++) set(8, at, bit(at));
  set(8, 7, bit(6)); set(8, 8, bit(7)); set(7, 8, bit(8));
  for (let at = 9; at < 15; at++) set(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at++) set(size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at++) set(8, size - 15 + at, bit(at));
  set(8, size - 8, true);
  if (version >= 7) {
    let rest = version;
    for (let step = 0; step < 12; step++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const code = (version << 12) | rest;
    for (let at = 0; at < 18; at++) { const x = size - 11 + (at % 3), y = Math.floor(at / 3); set(x, y, (code >> at) & 1); set(y, x, (code >> at) & 1); }
  }
  const stream = codewords(bytes, version).flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((each) => (byte >> each) & 1));
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (grid[y][x] === null) set(x, y, (stream[next++] ?? 0) ^ ((x + y) % 2 === 0 ? 1 : 0));
    }
  }
  let path = '';
  grid.forEach((row, y) => row.forEach((dark, x) => { if (dark) path += `M${x} ${y}h1v1h-1z`; }));
  return { size, path };
}
