// A judge between the pages and the gateway: each request of the console and each answer to it is held
// against what we publish as OpenAPI. What differs is a fault of the page (page.faults), so that a story
// fails by it. Streams of events do not pass here: Prism waits for an answer's end, and theirs never comes.
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './stub.mjs';

const run = promisify(execFile);
const READY_TRIES = 300;

/** Whether it is installed. */
export function hasPrism() {
  try { return Boolean(createRequire(import.meta.url).resolve('@stoplight/prism-cli/package.json')); } catch { return false; }
}

/** Before a running place. Returns {judge(page), seen: {operations, exchanges}, close()}. */
export async function startPrism(place) {
  const port = await freePort(), origin = `http://127.0.0.1:${port}`;
  const file = join(place.scratch, 'openapi.json');
  writeFileSync(file, (await run(`${process.env.PAIDAN_BIN}/paidan-gateway`, ['--openapi'], { maxBuffer: 64 << 20 })).stdout);
  const prism = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js');
  const child = spawn(process.execPath, [prism, 'proxy', file, place.origin, '-h', '127.0.0.1', '-p', String(port), '-v', 'silent'], { stdio: 'ignore' });
  for (let tries = 0; ; tries++) {
    try { await fetch(`${origin}/healthz`); break; } catch (error) { if (tries > READY_TRIES || child.exitCode !== null) throw error; }
    await sleep(100);
  }
  const seen = { operations: new Set(), exchanges: 0 };

  // Without --errors an answer comes through as it is and the violations are named in a header.
  async function pass(page, route) {
    const request = route.request(), url = new URL(request.url());
    const answer = await route.fetch({ url: `${origin}${url.pathname}${url.search}`, maxRedirects: 0 });
    const violations = JSON.parse(answer.headers()['sl-violations'] ?? '[]');
    const what = `${request.method()} ${url.pathname}`;
    seen.operations.add(what.replace(/\/\d{8}-\d+-\d/, '/{number}').replace(/[0-9a-f]{32,}/, '{id}'));
    seen.exchanges++;
    for (const { location, severity, message } of violations)
      // Who asks before he logged in is told so, by the answer that is published for it.
      if (severity !== 'Information' && !(answer.status() === 401 && /security/.test(message))) page.faults.push(`${what} → ${answer.status()}: ${(location ?? []).join('.')} ${message}`);
    if (/stoplight/.test(answer.headers()['content-type'] ?? '') || /stoplight\.io\/prism\/errors/.test(answer.status() >= 400 ? await answer.text() : ''))
      page.faults.push(`${what}: ${await answer.text()}`);
    await route.fulfill({ response: answer });
  }
  return {
    seen,
    judge: (page) => page.route(/\/api\/v1\/(?!events)/, (route) => pass(page, route).catch(() => route.abort('connectionfailed').catch(() => {}))),
    close: () => new Promise((resolve) => { child.once('exit', resolve); child.kill(); }),
  };
}
