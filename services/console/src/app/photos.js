// Photos of before and after. A wish has no place for a file, so a note names them: a line "办理后照片
// media:<hash>" that the command line can read too; pages show the picture instead. The bytes lie below
// /media by the hash of their content, so that sending one twice does no harm.
import { address, ask } from './api.js';

const NAMED = /(?:^|\s)(\S{1,24}) media:([0-9a-f]{64})(?![0-9a-f])/g;
// Phones take pictures of 8 MB: what is sent over a bad line is made smaller first, which also leaves
// behind where and by which machine it was taken.
const EDGE_MAX = 1600, SMALL_BYTES = 400 * 1024, QUALITY = 0.82;
export const PHOTOS_MAX = 6;

/** A note apart: {text, photos: [{label, hash}]}. */
export function apart(note) {
  const photos = [];
  const text = (note ?? '').replace(NAMED, (all, label, hash) => { photos.push({ label, hash }); return ''; });
  return { text: text.trim(), photos };
}
/** The note with its photos: [{label, hash}]. */
export const together = (note, photos) => [note.trim(), ...photos.map((photo) => `${photo.label} media:${photo.hash}`)].filter(Boolean).join('\n');
// number: of the ticket that names it, by which one may see it; what one has just sent needs none.
export const photoAt = (hash, number) => address(`/media/${hash}`, { number });
export const previewAt = (hash, number) => address(`/media/${hash}/preview`, { number });
/** Files of a ticket apart: those that are kept here as photos, the others as they are. */
export function attached(files) {
  const photos = [], others = [];
  for (const file of files ?? []) {
    const hash = /^media:([0-9a-f]{64})$/.exec(file.url ?? '')?.[1];
    if (hash) photos.push({ label: file.name, hash });
    else others.push(file);
  }
  return { photos, others };
}

async function smaller(file) {
  if (file.size <= SMALL_BYTES || !/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, EDGE_MAX / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', QUALITY); });
    return made && made.size < file.size ? made : file;
  } catch { return file; }
}
/** Sends one; returns {hash, media_type, bytes, ...}. Throws a Problem. */
export async function sendPhoto(file) {
  return (await ask('POST', '/media', { body: await smaller(file), timeoutMs: 60000 })).answer;
}
