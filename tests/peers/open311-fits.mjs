// open311-fits.mjs: reads lines "SCHEMA FORMAT FILE" and says of each, in one line, whether the answer in the file fits
// the specification: as JSON by its schema, as XML by the same schema after its lists were made lists again. What
// fits comes back as JSON; of what does not: "! why".
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;
const { XMLParser, XMLValidator } = require('fast-xml-parser');

const items = {
    services: 'service',
    attributes: 'attribute',
    values: 'value',
    service_requests: 'request',
    service_request_updates: 'request_update',
    endpoints: 'endpoint',
    formats: 'format',
    errors: 'error',
};
const flags = new Set(['metadata', 'variable', 'required']);

function spark(key, node) {
    if (items[key]) {
        const list = node === '' ? [] : node[items[key]];
        return (Array.isArray(list) ? list : [list]).map((one) => spark('', one));
    }
    if (typeof node !== 'object') {
        if (flags.has(key)) return node === 'true';
        if (key === 'order') return Number(node);
        return node === '' ? (key === 'contact' || key === 'key_service' ? '' : null) : node;
    }
    return Object.fromEntries(Object.entries(node).map(([inner, value]) => [inner, spark(inner, value)]));
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const checks = new Map();
function check_of(name) {
    if (!checks.has(name)) {
        checks.set(name, ajv.compile(JSON.parse(readFileSync(new URL(`georeport-v2/${name}.json`, import.meta.url), 'utf8'))));
    }
    return checks.get(name);
}

function parse(format, body) {
    if (format !== 'xml') return JSON.parse(body);
    assert.equal(XMLValidator.validate(body), true);
    assert.ok(body.startsWith('<?xml version="1.0" encoding="utf-8"?>\n'));
    const tree = new XMLParser({ parseTagValue: false, htmlEntities: true }).parse(body);
    const [root] = Object.keys(tree).filter((one) => one !== '?xml');
    return spark(root, tree[root]);
}

for await (const line of createInterface({ input: process.stdin })) {
    const [name, format, file] = line.split(' ');
    try {
        const data = parse(format, readFileSync(file, 'utf8'));
        const check = check_of(name);
        assert.ok(check(data), JSON.stringify(check.errors));
        console.log(JSON.stringify(data));
    } catch (error) {
        console.log(`! ${String(error.message).replaceAll('\n', ' ')}`);
    }
}
