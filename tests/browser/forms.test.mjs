// What can be judged by reading: the description of the API, and the HTML that is served.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

test('the description of the API passes Redocly', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paidan-api-'));
  try {
    const { stdout } = await run(`${process.env.PAIDAN_BIN}/paidan-gateway`, ['--openapi'], { maxBuffer: 64 << 20 });
    const file = join(folder, 'openapi.json');
    writeFileSync(file, stdout);
    // No licence of an interface is wanted; everything else of what Redocly recommends is.
    await run(join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), 'node_modules/.bin/redocly'), ['lint', '--extends=recommended', '--skip-rule=info-license', file], {
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' }, maxBuffer: 64 << 20,
    }).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
  } finally { rmSync(folder, { recursive: true }); }
});

test('the page of the console is valid HTML', async () => {
  const page = `${process.env.PAIDAN_CONSOLE}/index.html`;
  assert.match(readFileSync(page, 'utf8'), /<html lang=/);
  await run('java', ['-jar', require('vnu-jar'), '--errors-only', page]).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
});
