// What happens meanwhile: one event stream a topic, shared by all who follow it, open while somebody
// does. The browser resumes by Last-Event-ID itself; what it cannot see is a silent proxy, so a stream
// that misses three heartbeats is opened anew. Handlers are called with parsed data, and `reload` when
// events were missed for good and the list must be asked for again.
import { onScopeDispose, shallowRef } from 'vue';
import { address } from './api.js';
import { hear } from './clock.js';
import { loadMe } from './session.js';

const KINDS = ['ticket', 'fact', 'counts', 'desk', 'callback', 'service', 'time', 'reload'];
const SILENCE_MS = 45000;
// A screen that is left for another of the same topic keeps its stream.
const LINGER_MS = 3000;
const PAUSE_MS = 2000;
const PAUSE_MAX_MS = 30000;

/** 'live', 'waiting' (no stream, tried again) or 'off' (nobody follows). */
export const line = shallowRef('off');
/** Services that do not answer: their names. */
export const away = shallowRef([]);

const streams = new Map();

class Stream {
  constructor(topic) {
    this.topic = topic;
    this.followers = new Set();
    this.failures = 0;
    this.fresh = false;
    this.open();
  }
  open() {
    this.source = new EventSource(address('/events', { topic: this.topic }));
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.hear(kind, event));
    this.source.onopen = () => {
      // A stream that the browser took up again goes on where it was; a fresh one does not know where that is.
      if (this.fresh) this.tell('reload', {});
      this.fresh = false;
      this.failures = 0;
      line.value = 'live';
      this.alive();
    };
    this.source.onerror = () => this.failed();
    this.alive();
  }
  alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.again(), SILENCE_MS);
  }
  failed() {
    line.value = 'waiting';
    this.failures++;
    // The browser tries again by itself unless it was refused: then the session may be over.
    if (this.source.readyState === EventSource.CLOSED) {
      loadMe().catch(() => {});
      this.again(Math.min(PAUSE_MS * 2 ** this.failures, PAUSE_MAX_MS));
    }
  }
  again(pauseMs = PAUSE_MS) {
    this.close();
    this.fresh = true;
    line.value = 'waiting';
    this.watch = setTimeout(() => this.open(), pauseMs);
  }
  hear(kind, event) {
    this.alive();
    let data;
    try {
      data = event.data ? JSON.parse(event.data) : {};
    } catch {
      return;
    }
    if (kind === 'time') hear(data.now_ms, data.rate);
    if (kind === 'service') noteService(data);
    this.tell(kind, data);
  }
  tell(kind, data) {
    for (const handlers of this.followers) handlers[kind]?.(data);
  }
  close() {
    clearTimeout(this.watch);
    this.source.close();
  }
}

function noteService({ service, answers }) {
  const others = away.value.filter((each) => each !== service);
  away.value = answers === false ? [...others, service] : others;
}

/** Follows a topic until the returned function is called. handlers: {ticket, counts, ..., reload}. */
export function subscribe(topic, handlers) {
  let stream = streams.get(topic);
  if (!stream) streams.set(topic, (stream = new Stream(topic)));
  clearTimeout(stream.linger);
  stream.followers.add(handlers);
  return () => {
    stream.followers.delete(handlers);
    if (stream.followers.size > 0) return;
    stream.linger = setTimeout(() => {
      if (stream.followers.size > 0) return;
      stream.close();
      streams.delete(topic);
      if (streams.size === 0) line.value = 'off';
    }, LINGER_MS);
  };
}
/** The same for a component: ends with it. */
export function follow(topic, handlers) {
  const end = subscribe(topic, handlers);
  onScopeDispose(end);
  return end;
}
/** Logged in again: whoever waits for another try has it now. */
export function reviveStreams() {
  for (const stream of streams.values()) if (stream.source.readyState === EventSource.CLOSED) stream.again(0);
}
/** Nobody is here any more: everything is shut. */
export function closeStreams() {
  for (const stream of streams.values()) {
    clearTimeout(stream.linger);
    stream.close();
  }
  streams.clear();
  line.value = 'off';
}
