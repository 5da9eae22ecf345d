// mqtt-storm PORT DEVICES MESSAGES [--kinds K] [--first N] [--clear] [--connections C] [--topic T] [--text TEXT] [--retain]:
// alarms of many devices at once, QoS 1, by npm's mqtt. Ends when the broker has acknowledged all of them.
// Message N is of device N % DEVICES and kind N / DEVICES % K, under the id N: the same numbers again are the
// same messages. Prints "sent N in S s".
import mqtt from "mqtt";

const [port, devices, messages, ...rest] = process.argv.slice(2);
const option = (name, otherwise) => {
    const at = rest.indexOf(`--${name}`);
    return at < 0 ? otherwise : rest[at + 1];
};
const flag = (name) => rest.includes(`--${name}`);
const kinds = ["smoke", "water", "intrusion", "strange"].slice(0, Number(option("kinds", "2")));
const first = Number(option("first", "0"));
const connections = Number(option("connections", "4"));
const topic = option("topic", "paidan/alarm");
const text = option("text", null);

const payload = (n) => {
    if (text !== null) return text === "1MB" ? Buffer.alloc(1 << 20, "x") : text;
    return JSON.stringify({
        id: `a${n}`,
        device: `d-${n % devices}`,
        kind: kinds[Math.floor(n / devices) % kinds.length],
        level: flag("clear") ? "cleared" : "major",
        at: Date.now(),
        place: "阳光花园3幢",
        face: "of nobody's business",
    });
};

async function send(part) {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        clientId: `storm-${process.pid}-${part}`,
        protocolVersion: 5,
        reconnectPeriod: 200,
        clean: true,
    });
    const window = 500;
    let flying = [];
    for (let n = first + part; n < first + Number(messages); n += connections) {
        const name = topic.includes("/onvif") || topic.startsWith("/") || topic.startsWith("$") ? topic : `${topic}/d-${n % devices}`;
        flying.push(client.publishAsync(name, payload(n), { qos: 1, retain: flag("retain") }));
        if (flying.length >= window) {
            await Promise.all(flying);
            flying = [];
        }
    }
    await Promise.all(flying);
    await client.endAsync();
}

const begun = Date.now();
await Promise.all(Array.from({ length: connections }, (_, part) => send(part)));
console.log(`sent ${messages} in ${((Date.now() - begun) / 1000).toFixed(2)} s`);
