// open311-client.mjs HTTP KEY SERVICE ATTRIBUTE VALUE: walks through GeoReport v2 as an app does, with the client
// that others wrote: discovery, services, the questions of one, a request, the request again, a list of it. Prints the
// number of the request. Everything it hears fits the specification's schemas (georeport-v2/).
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const Open311 = require('open311');
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;
const [, , http, key, service, attribute, value] = process.argv;

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
function fits(name, data) {
    const schema = JSON.parse(readFileSync(new URL(`georeport-v2/${name}.json`, import.meta.url), 'utf8'));
    const check = ajv.compile(schema);
    assert.ok(check(data), `${name}: ${JSON.stringify(check.errors)} in ${JSON.stringify(data)}`);
    return data;
}
// The client turns moments into dates; as text they are what came.
const plain = (data) => JSON.parse(JSON.stringify(data));
const call = (city, name, ...given) =>
    new Promise((done, failed) => {
        city[name](...given, (error, data) => (error ? failed(new Error(`${name}: ${error} ${data}`)) : done(data)));
    });

const city = new Open311({ discovery: `${http}/open311/discovery.json`, apiKey: key });
fits('discovery', await call(city, 'serviceDiscovery', { cache: true }));
assert.equal(city.endpoint, `${http}/open311/v2/`);
assert.equal(city.format, 'json');

const services = fits('services', await call(city, 'serviceList'));
const offered = services.find((one) => one.service_code === service);
assert.ok(offered, `${service} is offered`);
assert.equal(offered.metadata, true);

const definition = fits('service-definition', await call(city, 'serviceDefinition', service));
assert.ok(definition.attributes.some((one) => one.code === attribute && one.required));

const data = {
    service_code: service,
    lat: 30.2741,
    long: 120.1551,
    address_string: '阳光花园3号楼门口',
    email: 'li@example.cn',
    device_id: 'phone-1',
    first_name: '雷',
    last_name: '李',
    phone: '13812345678',
    description: '路灯不亮 <b>&amp; ]]> 三天了',
    attributes: { [attribute]: value },
};
const [posted] = fits('posted', await call(city, 'submitRequest', data));
assert.match(posted.service_request_id, /^\d{8}-\d{4,8}-\d$/);
const [again] = fits('posted', await call(city, 'submitRequest', data));
assert.equal(again.service_request_id, posted.service_request_id, 'sent twice is one request');

const id = posted.service_request_id;
const [found] = fits('requests', plain(await call(city, 'serviceRequests', id, { api_key: key })));
assert.equal(found.service_request_id, id);
assert.equal(found.status, 'open');
assert.equal(found.service_code, service);
assert.ok(!JSON.stringify(found).includes('13812345678'));

const listed = fits('requests', plain(await call(city, 'serviceRequests', [id, '20200101-0001-0'], { api_key: key })));
assert.equal(listed.length, 1);
const all = fits('requests', plain(await call(city, 'serviceRequests', { api_key: key, service_code: service, status: 'open,closed' })));
assert.ok(all.some((one) => one.service_request_id === id));
console.log(id);
