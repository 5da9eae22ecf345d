// A real place: an instance of its own under deploy/up, with accounts and tickets. What its people see in
// the browser went through gateway, access and the services.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './stub.mjs';

const run = promisify(execFile);
const { PAIDAN_ROOT: ROOT, PAIDAN_BIN: BIN } = process.env;

export class Place {
  /** Starts it; --no-feed: real time, and nothing happens but by the test. amend(site, data) may change the
   *  folder of its site and lay secrets before anything runs. */
  static async start({ amend } = {}) {
    const place = new Place();
    place.scratch = mkdtempSync(join(tmpdir(), 'paidan-place-'));
    place.data = join(place.scratch, 'data');
    // A port of its own: where several begin at once, deploy/up may find the same one free for two.
    mkdirSync(place.data);
    writeFileSync(join(place.data, 'http.port'), `${await freePort()}\n`);
    let site = `${ROOT}/deploy/sites/demo`;
    if (amend) {
      cpSync(site, join(place.scratch, 'site'), { recursive: true });
      site = join(place.scratch, 'site');
      await amend(site, place.data);
    }
    await run(`${ROOT}/deploy/up`, ['--no-feed', '--lang', 'en', '--data', place.data, '--site', site], { env: { PAIDAN_READY_SECONDS: '240', ...process.env, PAIDAN_BIN: BIN } })
      .catch((error) => { throw new Error(`deploy/up: ${error.stdout}${error.stderr}`); });
    await place.until('the gateway listens', () => existsSync(join(place.data, 'run/gateway.http')));
    place.origin = readFileSync(join(place.data, 'run/gateway.http'), 'utf8').trim();
    place.console = `${place.origin}/console/`;
    await place.until('all services answer', async () => (await (await fetch(`${place.origin}/readyz`)).json()).ready === true);
    if (!existsSync(join(place.data, 'accounts'))) await place.paidan('access', 'trial');
    place.accounts = readFileSync(join(place.data, 'accounts'), 'utf8').trim().split('\n').map((line) => {
      const [name, role, password] = line.split('\t');
      return { name, role, password };
    });
    return place;
  }
  async close() {
    await run(`${ROOT}/deploy/down`, ['--data', this.data], { env: { ...process.env, PAIDAN_BIN: BIN } }).catch(() => {});
    rmSync(this.scratch, { recursive: true, force: true });
  }
  passwordOf(name) { return this.accounts.find((each) => each.name === name).password; }
  /** The command line, as whoever started the instance. */
  async paidan(...words) {
    return (await run(`${BIN}/paidan`, ['--data', this.data, ...words], { maxBuffer: 64 << 20 })).stdout;
  }
  /** Says only when to give up, as openPage does. */
  async until(what, test, ms = 90000) {
    for (const end = Date.now() + ms; ;) {
      try { if (await test()) return; } catch { /* not yet */ }
      if (Date.now() > end) throw new Error(`not in time: ${what}`);
      await sleep(100);
    }
  }
  /** Complaints, [text, place] each; their numbers, once each has its unit or lies at the desk. */
  async submit(complaints) {
    const file = join(this.scratch, 'table.csv');
    writeFileSync(file, `text,place\n${complaints.map((row) => row.join(',')).join('\n')}\n`);
    const told = await this.paidan('--json', 'submit', '--from', file, '--channel', 'hotline');
    const numbers = told.trim().split('\n').map((line) => JSON.parse(line)).filter((each) => each.number).map((each) => ({ number: each.number, code: each.query_code }));
    // The last one may lie at the desk, which triage knows, while escalation has not heard of those before it.
    for (const { number } of numbers.slice(-20)) await this.until(`${number} is placed`, async () => (await this.show(number)).state !== 'none');
    return numbers;
  }
  async show(number) {
    const shown = JSON.parse(await this.paidan('--json', 'show', number));
    // No unit has what lies at the desk.
    return /^desk/.test(shown.triage?.state ?? '') ? { ...shown, state: 'desk' } : shown;
  }
  /** kill -9; what watches over it starts it again. */
  kill(service) {
    const pid = Number(readFileSync(join(this.data, `run/${service}.pid`), 'utf8'));
    process.kill(pid, 'SIGKILL');
    return pid;
  }
}
