// webhook-receiver PORT OUT MODES SECRET...: a receiver of webhooks, judged by code that others wrote: events are
// parsed and validated by npm's cloudevents, signatures by Node's crypto. Each request becomes a line of OUT:
// {path, status, signed, id, events: [{id, source, type, subject, time, data}], error}. MODES is a file of lines
// "PATH MODE", read at each request: ok, fail (500), gone (410), moved (302), hang (no answer), lost (works on it,
// then hangs up without an answer).
import { createServer } from 'node:http';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { HTTP } from 'cloudevents';

const [port, out, modes, ...secrets] = process.argv.slice(2);

function modeOf(path) {
    const lines = existsSync(modes) ? readFileSync(modes, 'utf8').split('\n') : [];
    const line = lines.find((text) => text.split(' ')[0] === path);
    return line === undefined ? 'ok' : line.split(' ')[1];
}

// Which secrets have signed it: their places in the command line. Old or altered: none.
function signedBy(headers, body) {
    const id = headers['webhook-id'], seconds = headers['webhook-timestamp'];
    const given = (headers['webhook-signature'] ?? '').split(' ').filter((one) => one.startsWith('v1,'));
    if (Math.abs(Date.now() / 1000 - Number(seconds)) > 300) {
        return [];
    }
    return secrets.flatMap((secret, index) => {
        const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
        const wanted = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest();
        const fits = given.some((one) => {
            const mac = Buffer.from(one.slice(3), 'base64');
            return mac.length === wanted.length && timingSafeEqual(mac, wanted);
        });
        return fits ? [index] : [];
    });
}

function read(headers, body) {
    const parsed = HTTP.toEvent({ headers, body: body.toString('utf8') });
    return [parsed].flat().map((event) => {
        event.validate();
        const { id, source, type, subject, time, data, specversion } = event;
        if (specversion !== '1.0') {
            throw new Error(`specversion ${specversion}`);
        }
        return { id, source, type, subject, time, data };
    });
}

const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
        const body = Buffer.concat(pieces), mode = modeOf(request.url);
        const status = { ok: 204, fail: 500, gone: 410, moved: 302, hang: 0, lost: 0 }[mode];
        const line = { path: request.url, status, signed: signedBy(request.headers, body), id: request.headers['webhook-id'] };
        line.site = request.headers['x-site'];
        try {
            line.events = read(request.headers, body);
        } catch (error) {
            line.error = String(error);
        }
        appendFileSync(out, `${JSON.stringify(line)}\n`);
        if (mode === 'lost') {
            request.socket.destroy();
        } else if (status > 0) {
            response.writeHead(status, mode === 'moved' ? { location: '/all' } : {}).end();
        }
    });
});
server.listen(Number(port), '127.0.0.1', () => writeFileSync(`${out}.port`, String(server.address().port)));
