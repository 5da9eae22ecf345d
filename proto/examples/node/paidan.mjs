// paidan: asks the services of one instance. All that an adapter must get right stands here: the same
// request id until there is an answer, waiting when the service says so, and nothing derived from ids
// that the service tells by itself.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import protobuf from 'protobufjs';
import { Dealer } from 'zeromq';

const PROTOCOL = 1;
const ANSWER_MS = 3000; // then the same bytes are sent again
const PATIENCE_MS = 30000; // then the caller is told
const LATER = new Set(['OVERLOADED', 'STORAGE_FULL', 'STARTING']);

// Beside this file in the source tree; an installation has them in /usr/share/paidan/proto.
const here = path.dirname(fileURLToPath(import.meta.url));
const protoFolder = process.env.PAIDAN_PROTO ?? path.join(here, '..', '..');

// A refusal: code is stable and the same for all languages, detail names the field or the state.
export class Refused extends Error {
    constructor(code, detail) {
        super(detail ? `${code} (${detail})` : code);
        this.code = code;
        this.detail = detail;
    }
}

// UUID version 7: 48 bits of time, then chance. Ids in order of time are cheapest to look up.
function requestId() {
    const id = randomBytes(16);
    id.writeUIntBE(Date.now(), 0, 6);
    id[6] = 0x70 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    return id;
}

export class Paidan {
    // data: folder of the instance; actor: who asks, as it is recorded.
    static async open(data, actor) {
        const root = new protobuf.Root();
        root.resolvePath = (_, target) => path.join(protoFolder, path.basename(target));
        await root.load('command.proto', { keepCase: true });
        const paidan = new Paidan();
        paidan.data = data;
        paidan.actor = actor;
        paidan.Request = root.lookupType('paidan.Request');
        paidan.Answer = root.lookupType('paidan.Answer');
        paidan.sockets = new Map();
        paidan.correlation = 0;
        return paidan;
    }

    async socket(service) {
        if (!this.sockets.has(service)) {
            const file = path.join(this.data, 'run', `${service}.endpoint`);
            const socket = new Dealer({ linger: 0, receiveTimeout: ANSWER_MS, sendTimeout: ANSWER_MS });
            socket.connect((await readFile(file, 'utf8')).trim());
            this.sockets.set(service, socket);
        }
        return this.sockets.get(service);
    }

    // The answer with this correlation; null: none came in time. Late ones of earlier requests are dropped.
    async receive(socket, correlation) {
        try {
            for (;;) {
                const [bytes] = await socket.receive();
                const answer = this.Answer.toObject(this.Answer.decode(bytes), { longs: Number, enums: String });
                if (answer.correlation === correlation) {
                    return answer;
                }
            }
        } catch (error) {
            if (error.code !== 'EAGAIN') {
                throw error;
            }
            return null;
        }
    }

    // wish: the member of Request, such as 'submit'; body: its fields. Returns the answer, or throws Refused.
    // One request at a time for each Paidan.
    async ask(service, wish, body = {}) {
        const correlation = ++this.correlation;
        const request = { protocol: PROTOCOL, correlation, request_id: requestId(), actor: this.actor, [wish]: body };
        const bytes = this.Request.encode(this.Request.fromObject(request)).finish();
        const socket = await this.socket(service);
        const until = Date.now() + PATIENCE_MS;
        while (Date.now() < until) {
            await socket.send(bytes); // the same bytes, the same request id: it takes effect once
            const answer = await this.receive(socket, correlation);
            if (answer !== null && !LATER.has(answer.code)) {
                if (answer.code !== 'OK') {
                    throw new Refused(answer.code, answer.detail);
                }
                return answer;
            }
            if (answer !== null) {
                await sleep(answer.retry_after_ms ?? 1000);
            }
        }
        throw new Refused('UNREACHABLE', service);
    }

    close() {
        for (const socket of this.sockets.values()) {
            socket.close();
        }
    }
}
