// What happens meanwhile: one event stream a topic, shared by all who follow it, open while somebody
// does. The browser resumes by Last-Event-ID itself; what it cannot see is a silent proxy, so a stream
// that misses three heartbeats is opened anew. Handlers are called with parsed data, `reload` when events
// were missed for good and the list must be asked for again, and `refused` when this person will hear no
// more of that topic: then nobody tries again, until the roles are others or the page is.
import { onScopeDispose, shallowRef } from 'vue';
import { address, refusalAt } from './api.js';
import { hear } from './clock.js';
import { loadMe, look, standing } from './session.js';

const KINDS = ['ticket', 'fact', 'counts', 'desk', 'callback', 'call', 'service', 'time', 'reload'];
const SILENCE_MS = 45000;
// A screen that is left for another of the same topic keeps its stream.
const LINGER_MS = 3000;
const PAUSE_MS = 2000;
const PAUSE_MAX_MS = 30000;

// Answers that time mends by itself; any other 4xx stays what it is.
const MENDING = new Set([401, 408, 425, 429]);

/** 'live', 'waiting' (no stream, tried again), 'refused' (one is not tried again) or 'off' (nobody follows). */
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
    this.refused = null;
    this.open();
  }
  open() {
    this.refused = null;
    this.source = new EventSource(address('/events', { topic: this.topic }));
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.hear(kind, event));
    this.source.onopen = () => {
      // A stream that the browser took up again goes on where it was; a fresh one does not know where that is.
      if (this.fresh) this.tell('reload', {});
      if (this.failures > 0) look();
      this.fresh = false;
      this.failures = 0;
      line.value = [...streams.values()].some((each) => each.refused) ? 'refused' : 'live';
      this.alive();
    };
    this.source.onerror = () => this.failed();
    this.alive();
  }
  alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.again(), SILENCE_MS);
  }
  async failed() {
    const { source } = this;
    line.value = 'waiting';
    this.failures++;
    // The browser tries again by itself unless it was refused, and does not say by which answer.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.watch);
    const problem = await refusalAt(source.url);
    if (source !== this.source || streams.get(this.topic) !== this) return;
    if (problem?.status === 401) loadMe().catch(() => {});
    else if (problem?.status >= 400 && problem.status < 500 && !MENDING.has(problem.status)) {
      this.give(problem);
      return;
    }
    // Whoever logs in again wakes it (reviveStreams).
    if (standing.value === 'ended' || standing.value === 'out') return;
    this.again(Math.min(PAUSE_MS * 2 ** this.failures, PAUSE_MAX_MS));
  }
  give(problem) {
    this.close();
    this.fresh = true;
    this.refused = problem;
    line.value = 'refused';
    look();
    this.tell('refused', problem);
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
  else if (stream.refused) stream.again(0);
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
      else if (stream.refused && line.value === 'refused') line.value = 'live';
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
