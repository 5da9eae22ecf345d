// A client of the hotline adapter in plain Node (18 or newer), without packages: how a platform above signs and sends
// envelopes, and how it takes ours. README.md says what each part means; a test runs this file against the adapter, both ways.
//
//   node client.mjs send URL SOURCE KEY_FILE < envelope.json     one envelope; `spec`, `source`, `id`, `at` are filled in where left out
//   node client.mjs receive PORT SOURCE KEY_FILE                 prints each envelope that comes, one a line
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

export const SPEC = 'paidan-hotline/1';
const WINDOW_MS = 5 * 60 * 1000;
const HASHES = { 'hmac-sha256': 'sha256', 'hmac-sm3': 'sm3' };

// What is signed, in lines: the moment, the nonce, the method, the target as it is asked for, the hash of the body.
export function signature(key, suite, { at, nonce, method, target, body }) {
  const hash = HASHES[suite];
  const text = [at, nonce, method, target, createHash(hash).update(body).digest('hex')].join('\n');
  return createHmac(hash, key).update(text).digest('hex');
}

// changes: headers that a test wants to be wrong. Each attempt has a nonce and a signature of its own, the envelope stays as it is.
export async function send(url, source, key, envelope, { suite = 'hmac-sha256', at = Date.now(), nonce = randomBytes(16).toString('hex'), altered } = {}) {
  const { pathname, search } = new URL(url);
  const body = JSON.stringify(envelope);
  const signed = signature(key, suite, { at, nonce, method: 'POST', target: pathname + search, body });
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Paidan-Peer': source,
      'Paidan-Timestamp': String(at),
      'Paidan-Nonce': nonce,
      'Paidan-Signature': signed,
    },
    body: altered ?? body,
  });
  const text = await answer.text();
  return { status: answer.status, text, ...(text.startsWith('{') ? JSON.parse(text) : {}) };
}

export const envelopeOf = (source, fields) => ({ spec: SPEC, id: randomUUID(), source, at: new Date().toISOString(), body: {}, ...fields });

const same = (one, other) => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

// Takes envelopes: 401 unless the signature holds, is fresh and its nonce new; 200 for each id once and again. take(envelope) is
// called once an id; what it throws is told as 503, and the envelope comes again.
export function receiver(ourName, key, take, suite = 'hmac-sha256') {
  const nonces = new Map();
  const known = new Set();
  return createServer((request, response) => {
    const parts = [];
    const answer = (status, object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(object));
    };
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const { 'paidan-peer': peer = '', 'paidan-timestamp': at = '', 'paidan-nonce': nonce = '', 'paidan-signature': given = '' } = request.headers;
      const ours = signature(key, suite, { at, nonce, method: request.method, target: request.url, body });
      if (peer !== ourName || !same(ours, given)) return answer(401, { code: 'SIGNATURE_WRONG' });
      if (Math.abs(Date.now() - Number(at)) > WINDOW_MS) return answer(401, { code: 'SIGNATURE_OLD' });
      if (nonces.has(nonce)) return answer(401, { code: 'NONCE_REUSED' });
      nonces.set(nonce, Number(at));
      for (const [old, when] of nonces) if (when < Date.now() - 2 * WINDOW_MS) nonces.delete(old);
      const envelope = JSON.parse(body.toString('utf8'));
      try {
        if (!known.has(envelope.id)) take(envelope);
      } catch (problem) {
        return answer(503, { code: 'OVERLOADED', detail: String(problem.message ?? problem) });
      }
      known.add(envelope.id);
      return answer(200, { spec: SPEC, id: envelope.id, code: 'OK' });
    });
  });
}

const [, program, act, where, source, keyFile] = process.argv;
if (import.meta.url === `file://${program}` && act) {
  const key = readFileSync(keyFile, 'utf8').trim();
  if (act === 'send') {
    const fields = JSON.parse(readFileSync(0, 'utf8'));
    const answer = await send(where, source, key, envelopeOf(source, fields));
    console.log(answer.status, answer.text);
    process.exitCode = answer.status === 200 ? 0 : 1;
  } else {
    receiver(source, key, (envelope) => console.log(JSON.stringify(envelope))).listen(Number(where), '127.0.0.1');
  }
}
