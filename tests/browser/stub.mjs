// A place to look at: the console before dev/stub.mjs, whose tickets are many, always the same kind, and
// move only as often as asked. What needs the real services is tested with place.mjs.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port of this machine that nobody listens on. */
export const freePort = () => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** args: of the stub. Returns {origin, console, passwordOf(name), close()}. */
export async function startStub(args = []) {
  const port = await freePort(), origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [`${process.env.PAIDAN_ROOT}/services/console/dev/stub.mjs`, '--port', port, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; ; tries++) {
    try { await fetch(`${origin}/console/`); break; } catch (error) { if (tries > 100) throw error; }
    await sleep(100);
  }
  return {
    origin, console: `${origin}/console/`, passwordOf: () => 'paidan',
    close: () => new Promise((resolve) => { child.once('exit', resolve); child.kill(); }),
  };
}
