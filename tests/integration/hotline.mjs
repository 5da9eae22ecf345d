// hotline: the reference client against the adapter, for hotline.sh.
//   hotline.mjs story URL KEY_FILE EXAMPLES      what is taken, what is refused and how
//   hotline.mjs send URL KEY_FILE EXAMPLE CHANGES  one envelope until it is taken: another nonce each time; prints the answer
//   hotline.mjs receive PORT KEY_FILE FILE       ours, appended to FILE; of the source `paidan`
import { appendFileSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const [, , act, ...words] = process.argv;
const { send, envelopeOf, receiver, signature } = await import(join(process.env.PAIDAN_ROOT, 'services/adapter_hotline/client.mjs'));
const secret = (file) => readFileSync(file, 'utf8').trim();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let failures = 0;
const expect = (what, is, wanted) => {
  if (String(is) !== String(wanted)) {
    console.log(`FAILED: ${what}: is '${is}', wanted '${wanted}'`);
    failures++;
  }
};

async function story(url, keyFile, examples) {
  const key = secret(keyFile);
  const example = (name) => JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8'));
  const told = (answer) => `${answer.status} ${answer.code}`;
  const dispatch = example('dispatch');

  expect('a case that nobody dispatched', told(await send(url, 'city', key, example('urge'))), '404 CASE_UNKNOWN');
  const first = await send(url, 'city', key, dispatch);
  expect('a dispatch', told(first), '200 OK');
  const again = await send(url, 'city', key, dispatch);
  expect('the same again: the same answer', again.text, first.text);
  const other = { ...dispatch, body: { ...dispatch.body, text: '别的内容' } };
  expect('the same id with other content', told(await send(url, 'city', key, other)), '409 HEARD_DIFFERENT');
  for (const name of ['supplement', 'urge', 'extension_decision']) {
    expect(name, told(await send(url, 'city', key, example(name))), '200 OK');
  }

  const nonce = randomBytes(16).toString('hex');
  const once = { ...example('supplement'), id: 'once' };
  expect('a nonce', told(await send(url, 'city', key, once, { nonce })), '200 OK');
  expect('the same nonce: replayed as it was', told(await send(url, 'city', key, once, { nonce })), '401 NONCE_REUSED');
  expect('the same nonce under another envelope', told(await send(url, 'city', key, { ...once, id: 'twice' }, { nonce })), '401 NONCE_REUSED');
  const altered = JSON.stringify({ ...once, id: 'altered', body: { text: '被改过' } });
  expect('altered on the way', told(await send(url, 'city', key, { ...once, id: 'altered' }, { altered })), '401 SIGNATURE_WRONG');
  expect('six minutes old', told(await send(url, 'city', key, { ...once, id: 'old' }, { at: Date.now() - 360000 })), '401 SIGNATURE_OLD');
  expect('six minutes ahead', told(await send(url, 'city', key, { ...once, id: 'ahead' }, { at: Date.now() + 360000 })), '401 SIGNATURE_OLD');
  expect('four minutes off', told(await send(url, 'city', key, { ...once, id: 'off' }, { at: Date.now() - 240000 })), '200 OK');
  expect('another key', told(await send(url, 'city', 'not the key', { ...once, id: 'foreign' })), '401 SIGNATURE_WRONG');
  expect('nobody we know', told(await send(url, 'county', key, { ...once, id: 'county' })), '401 SIGNATURE_WRONG');
  expect('signed by one, said by another', told(await send(url, 'city', key, { ...once, id: 'lie', source: 'county' })), '400 FIELD_INVALID');
  expect('another suite', told(await send(url, 'city', key, { ...once, id: 'sm3' }, { suite: 'hmac-sm3' })), '401 SIGNATURE_WRONG');
  expect('no signature', (await fetch(url, { method: 'POST', body: '{}' })).status, 401);
  expect('no body', (await fetch(url, { method: 'GET' })).status, 405);

  const faults = [
    ['spec', { spec: 'other/1' }], ['kind', { kind: 'resolved' }], ['kind', { kind: 'dance' }], ['seq', { seq: 0 }], ['seq', { seq: '1' }],
    ['at', { at: 'yesterday' }], ['at', { at: '2026-11-30T10:00:00' }], ['source_id', { source_id: '' }], ['id', { id: '' }], ['body', { body: [] }],
    ['body.text', { body: {} }], ['body.text', { body: { text: 7 } }], ['body.granted', { kind: 'ruling', body: {} }], ['body.solved', { kind: 'rating', body: { solved: 'maybe' } }],
  ];
  for (const [field, change] of faults) {
    const answer = await send(url, 'city', key, { ...once, id: randomBytes(8).toString('hex'), ...change });
    expect(`wrong ${field}`, `${told(answer)} ${answer.detail}`, `400 FIELD_INVALID ${field}`);
  }
  const long = await send(url, 'city', key, { ...once, id: 'x'.repeat(65) });
  expect('an id that is too long', `${told(long)} ${long.detail}`, '400 FIELD_TOO_LONG id');
  expect('no JSON', told(await send(url, 'city', key, null)), '400 FIELD_INVALID');
  const large = await send(url, 'city', key, { ...once, id: 'large', body: { text: '大'.repeat(400000) } }).catch(() => ({ status: 413 }));
  expect('too large', large.status, 413);

  // Overtaken: an older word on the same question changes nothing, and says so each time.
  const late = { ...dispatch, id: 'late', kind: 'withdraw', seq: 3, body: { note: '撤回' } };
  const overtaken = await send(url, 'city', key, late);
  expect('overtaken', `${told(overtaken)} ${overtaken.late}`, '200 OK true');
  expect('overtaken, again', (await send(url, 'city', key, late)).text, overtaken.text);

  // Categories and divisions that nobody mapped; emoji; a deadline that has passed.
  const strange = envelopeOf('city', { id: 'strange', source_id: 'S-2', kind: 'dispatch', seq: 1,
    body: { text: '楼道里堆满了纸箱😀', place: '锦绣苑3号楼', category: '无此类别', division: '不存在的区', due: Date.now() - 86400000 } });
  expect('unknown category and division', told(await send(url, 'city', key, strange)), '200 OK');

  const calls = url.replace('/hotline/v1/messages', '/calls/');
  const form = (fields) => ({ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() });
  const rings = [['event', 'newCall'], ['from', '13800000001'], ['to', '12345'], ['direction', 'in'], ['callId', 'c-1'], ['user[]', 'zhao'], ['user[]', 'qian']];
  expect('a call rings', (await fetch(calls + 'letmein', form(rings))).status, 200);
  expect('told twice', (await fetch(calls + 'letmein', form(rings))).status, 200);
  expect('it is over', (await fetch(calls + 'letmein', form([['event', 'hangup'], ['callId', 'c-1'], ['cause', 'normalClearing']]))).status, 200);
  expect('another token', (await fetch(calls + 'letmeout', form(rings))).status, 401);
  expect('no call', (await fetch(calls + 'letmein', form([['event', 'dance']]))).status, 400);
  expect('signature as documented', signature('k', 'hmac-sha256', { at: 1, nonce: 'n', method: 'POST', target: '/', body: '' }).length, 64);
}

if (act === 'story') {
  await story(...words);
  process.exit(failures === 0 ? 0 : 1);
} else if (act === 'send') {
  const [url, keyFile, file, changes = '{}'] = words;
  const envelope = { ...JSON.parse(readFileSync(file, 'utf8')), ...JSON.parse(changes) };
  for (let tries = 0; tries < 600; tries++) {
    const answer = await send(url, 'city', secret(keyFile), envelope).catch(() => ({ status: 0 }));
    if (answer.status !== 0 && answer.status !== 503) {
      console.log(answer.status, answer.text);
      process.exit(answer.status === 200 ? 0 : 1);
    }
    await pause(100);
  }
  process.exit(1);
} else {
  const [port, keyFile, file] = words;
  receiver('paidan', secret(keyFile), (envelope) => appendFileSync(file, JSON.stringify(envelope) + '\n')).listen(Number(port), '127.0.0.1');
}
