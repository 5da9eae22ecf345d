// The parts of tests/bench/gateway that wrk cannot measure: filling, lists, event streams.
//   fill HTTP COOKIE CSRF COUNT      complaints, a thousand at a time
//   lists HTTP COOKIE                prints "PATH P99_MS", a line each
//   streams HTTP COOKIE COOKIE CSRF COUNT PID KB_BEFORE   prints "WHAT VALUE UNIT AIM"
import { readFileSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , what, http, cookie, ...rest] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

const ask = (path, { method = 'GET', headers = {}, body } = {}) => new Promise((resolve, reject) => {
  const call = request(`${http}/api/v1${path}`, { method, agent, headers: { Cookie: cookie, ...headers } }, (answer) => {
    let bytes = 0;
    answer.on('data', (part) => { bytes += part.length; });
    answer.on('end', () => resolve({ status: answer.statusCode, bytes }));
  });
  call.on('error', reject);
  call.end(body);
});
const submit = (tickets, as, csrf) => ask('/tickets', {
  method: 'POST', headers: { Cookie: as, 'X-Paidan-CSRF': csrf, 'Content-Type': 'application/json' }, body: JSON.stringify({ tickets }),
});

async function fill(csrf, count) {
  const stamp = Date.now();
  for (let from = 0; from < count; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, count - from) }, (_, at) => ({ channel: 'hotline', text: `楼上漏水没人修 ${stamp}-${from + at}`, place: `柳林小区${(from + at) % 40}号楼` }));
    for (;;) {
      const { status } = await submit(batch, cookie, csrf);
      if (status === 200) break;
      if (status !== 503 && status !== 429) throw new Error(`submit: ${status}`);
      await sleep(200);
    }
  }
}

async function lists() {
  for (const path of ['/due?limit=100', '/board?limit=50', '/tickets?limit=100&newest_first=true', '/tickets?limit=100&unit=steward-liulin']) {
    const times = [];
    for (let round = 0; round < 110; round++) {
      const begun = performance.now(), { status } = await ask(path);
      if (status !== 200) throw new Error(`${path}: ${status}`);
      if (round >= 10) times.push(performance.now() - begun);
    }
    times.sort((one, other) => one - other);
    console.log(path, times[98].toFixed(1));
  }
}

// Sockets as they are: 5,000 readers of HTTP here would take longer than what is measured. A stream
// has the event when the piece with its name has come.
const watch = (on) => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(http);
  const socket = connect(Number(port), hostname, () => {
    socket.write(`GET /api/v1/events?topic=board HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${cookie}\r\n\r\n`);
  });
  socket.on('error', reject);
  socket.once('data', (head) => {
    if (head.toString('latin1', 0, 12) !== 'HTTP/1.1 200') return reject(new Error(head.toString()));
    socket.on('data', on);
    return resolve(socket);
  });
});

// Milliseconds of processor time that it has used: what others use on this machine is not in it.
const used = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

async function streams(hotline, csrf, count, pid, before) {
  const rounds = 5, sockets = [], took = [], spread = [];
  let arrived = new Set(), begun = 0, first = 0, last = 0;
  for (let index = 0; index < count; index++) {
    sockets.push(await watch((part) => {
      if (!begun || !part.includes('event: ticket') || arrived.has(index)) return;
      arrived.add(index);
      last = performance.now();
      first ||= last;
    }));
  }
  await sleep(1000);
  const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  console.log(`memory_of_${count}_streams`, ((kb - before) / 1024).toFixed(1), 'MB', 100);
  const usedBefore = used(pid);
  for (let round = 0; round < rounds; round++) {
    await sleep(1500); // what followed from the round before is over
    arrived = new Set();
    first = 0;
    begun = performance.now();
    await submit([{ channel: 'hotline', text: `楼上漏水没人修 最后一件 ${Date.now()}`, place: '柳林小区1号楼' }], hotline, csrf);
    for (let tries = 0; tries < 100 && arrived.size < count; tries++) await sleep(20);
    if (arrived.size < count) throw new Error(`${arrived.size} of ${count} heard it`);
    took.push(last - begun);
    spread.push(last - first);
  }
  console.log(`from_the_submit_to_the_last_of_${count}`, Math.min(...took).toFixed(0), 'ms', 200);
  console.log(`from_the_first_to_the_last_of_${count}`, Math.min(...spread).toFixed(0), 'ms', 200);
  // A row and the sums each.
  console.log('processor_time_of_the_gateway_a_round', ((used(pid) - usedBefore) / rounds).toFixed(0), 'ms', 200);
  for (const socket of sockets) socket.destroy();
}

const [first, ...others] = rest;
if (what === 'fill') await fill(first, Number(others[0]));
else if (what === 'lists') await lists();
else if (what === 'streams') await streams(first, others[0], Number(others[1]), Number(others[2]), Number(others[3]));
agent.destroy();
