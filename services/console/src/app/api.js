// Asking the gateway. A write carries an Idempotency-Key that is kept through every repetition: a lost
// answer is asked for again and nothing happens twice. Whatever goes wrong becomes a Problem, which can
// say itself in both languages; nothing else is ever thrown from here.
import { language } from './words.js';
import { hear } from './clock.js';

const BASE = '/api/v1';
// Those of people live by the real clock in a demo too: theirs is not the site's.
const REAL = new RegExp(`^${BASE}/(me|login|logout|people|roles|sessions|keys|changes|audit)\\b`);
const TIMEOUT_MS = 20000;
// Pauses before a write or a read is tried again; then the person is told.
const PAUSES_MS = [400, 1200, 3000];

export class Problem extends Error {
  constructor(fields) {
    super(fields.code);
    Object.assign(this, { status: 0, code: 'UNREACHABLE', detail: '', zh: '', en: '', retryAfterMs: 0 }, fields);
  }
  /** The sentence for people, in the language in force. */
  get text() {
    return (language.value === 'zh' ? this.zh : this.en) || this.title || this.code;
  }
  /** Nobody answered, or nobody can now: the same may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

const lost = (code = 'UNREACHABLE') =>
  new Problem({
    code,
    zh: '连不上服务器，已保留您填写的内容，稍后可再试。',
    en: 'The server cannot be reached. What you typed is kept; try again later.',
  });

// The session tells these: the token that writes need, what to do when the session has ended, and when
// something was forbidden that the page offers.
const hooks = { csrf: () => '', ended: () => {}, forbidden: () => {} };
export function connectSession(given) {
  Object.assign(hooks, given);
}

/** A UUID version 7: ordered by time, which keeps the services' index of request ids dense. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let index = 5; index >= 0; index--, ms = Math.floor(ms / 256)) bytes[index] = ms % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** "path?a=1&b=2"; what is undefined, null or '' is left out, a list is repeated. */
export function address(path, query) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== '') pairs.append(name, each);
    }
  }
  const text = pairs.toString();
  return BASE + path + (text ? `?${text}` : '');
}

const pause = (ms) =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    /* a proxy's page: its status is all we have */
  }
  const seconds = Number(response.headers.get('Retry-After'));
  return new Problem({
    ...body,
    status: response.status,
    code: body.code ?? `HTTP_${response.status}`,
    retryAfterMs: body.retry_after_ms ?? (Number.isFinite(seconds) ? seconds * 1000 : 0),
  });
}

async function once(
  method,
  url,
  headers,
  body,
  { signal, timeoutMs = TIMEOUT_MS, cache = 'no-store', keepalive = false },
) {
  const ender = new AbortController();
  const end = () => ender.abort();
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal: ender.signal,
      credentials: 'same-origin',
      cache,
      redirect: 'error',
      keepalive,
    });
    if (!response.ok) throw await problemOf(response);
    const type = response.headers.get('Content-Type') ?? '';
    const answer = response.status === 204 ? {} : /json/.test(type) ? await response.json() : await response.blob();
    if (answer && Number.isFinite(answer.now_ms) && !REAL.test(url)) hear(answer.now_ms);
    return { answer, etag: response.headers.get('ETag') };
  } catch (caught) {
    if (caught instanceof Problem) throw caught;
    throw signal?.aborted ? new Problem({ code: 'ABORTED' }) : lost();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/**
 * One wish. options: query, body (an object as JSON; a Blob as it is), key (idempotency), version
 * (If-Match), signal, timeoutMs, cache, quiet (a 401 is the caller's matter), tries, keepalive (goes out even
 * if the page is left).
 */
export async function ask(method, path, options = {}) {
  const url = address(path, options.query);
  const headers = { Accept: 'application/json', 'Accept-Language': language.value === 'zh' ? 'zh-CN' : 'en' };
  let body;
  if (method !== 'GET') {
    headers['Idempotency-Key'] = options.key ?? uuid();
    headers['X-Paidan-CSRF'] = hooks.csrf();
    if (options.body instanceof Blob) {
      body = options.body;
      headers['Content-Type'] = body.type || 'application/octet-stream';
    } else {
      body = JSON.stringify(options.body ?? {});
      headers['Content-Type'] = 'application/json';
    }
  }
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
  const tries = options.tries ?? PAUSES_MS.length + 1;
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(method, url, headers, body, options);
    } catch (problem) {
      // A wrong password that is asked for again within a session does not end it.
      if (problem.status === 401 && problem.code !== 'LOGIN_FAILED' && !options.quiet) hooks.ended();
      if (problem.status === 403 && !options.quiet) hooks.forbidden();
      if (!problem.passing || problem.code === 'ABORTED' || attempt >= tries) throw problem;
      await pause(Math.max(PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1], problem.retryAfterMs));
    }
  }
}

/** Why nobody hears anything at that address: the Problem, null when one would now. Nothing of the answer is read. */
export async function refusalAt(url) {
  const ender = new AbortController();
  const timer = setTimeout(() => ender.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      signal: ender.signal,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
    return response.ok ? null : await problemOf(response);
  } catch {
    return lost();
  } finally {
    clearTimeout(timer);
    ender.abort();
  }
}

export const get = async (path, query, options) => (await ask('GET', path, { ...options, query })).answer;
export const post = async (path, body, options) => (await ask('POST', path, { ...options, body })).answer;
