// The service away, slow, replaced by something else: said in the contract's shape, and no send is repeated.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { AppsScript, PROPERTIES, SERVICE_HOST, SERVICE_KEY } from './apps_script.mjs';
import { codesSentTo } from './phone.mjs';

const MEMBERS = { phoneNumber: '+19415550130', otpCode: '123456' };
const NOWHERE = process.env.UNUSED_ADDRESS;
let oddServer;
let oddAddress;

before(async () => {
  const program = fileURLToPath(new URL('./odd_server.mjs', import.meta.url));
  oddServer = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(oddServer.stdout, 'data');
  oddAddress = `http://127.0.0.1:${Number(port)}`;
});

after(() => oddServer.kill());

/** A script whose OTP_SERVICE_URL is one of the odd server's paths. */
function scriptAt(path, options = {}) {
  const properties = { ...PROPERTIES, OTP_SERVICE_URL: `https://odd.example.test/${path}` };
  return new AppsScript({ properties, hosts: { 'odd.example.test': oddAddress }, ...options });
}

async function receivedAt(path) {
  const response = await fetch(`${oddAddress}/received`);
  return (await response.json())[`/${path}/`] ?? [];
}

function assertUnknownOutcome(script) {
  for (const action of ['whatsapp_send_otp', 'whatsapp_resend_otp']) {
    const sent = script.act(action, MEMBERS);
    assert.equal(sent.success, false);
    assert.equal(sent.code, 'delivery_unavailable');
    assert.match(sent.message, /A code that arrives works/);
  }
  const validated = script.act('whatsapp_validate_otp', MEMBERS);
  assert.equal(validated.valid, false);
  assert.equal(validated.code, 'store_unavailable');
  assert.match(validated.error, /request a new one/);
}

for (const path of ['page', 'empty', 'null', 'stranger', 'broken']) {
  test(`an answer that is not the service's (${path}) leaves the outcome open: nothing is repeated`, async () => {
    const script = scriptAt(path);
    assertUnknownOutcome(script);
    assert.deepEqual((await receivedAt(path)).map((body) => body.action), [
      'whatsapp_send_otp', 'whatsapp_resend_otp', 'whatsapp_validate_otp',
    ]);
    assert.deepEqual(script.sleeps, []);
    assert.equal(script.logs.length, 3);
  });
}

test('an answer that does not come is given up on, and nothing is asked twice', async () => {
  const script = scriptAt('silent', { fetchLimitMs: 300 });
  assertUnknownOutcome(script);
  assert.equal((await receivedAt('silent')).length, 3);
  assert.match(script.logs[0], /could not be reached \(Timeout\)/);
  assert.ok(script.fetches.every(({ timeoutSeconds }) => timeoutSeconds > 15 && timeoutSeconds < 60));
});

test('a service that is down leaves the outcome open: UrlFetchApp does not say what left', () => {
  const script = new AppsScript({ hosts: { [SERVICE_HOST]: NOWHERE } });
  assertUnknownOutcome(script);
  assert.equal(script.fetches.length, 3);
});

for (const [why, firstLookUp, phone] of [
  ['the name was not found', null, '+19415550131'],
  ['Google\'s quota', { failure: 'Service invoked too many times in a short time: urlfetch' }, '+19415550132'],
]) {
  test(`a send that never left (${why}) is repeated once, and one message comes`, async () => {
    const script = new AppsScript({ hosts: { [SERVICE_HOST]: [firstLookUp, process.env.OTP_SERVICE_ADDRESS] } });
    assert.equal(script.call('sendWhatsAppOTP', phone).success, true);
    assert.equal((await codesSentTo(phone)).length, 1);
    assert.equal(script.fetches.length, 2);
    assert.equal(script.sleeps.length, 1);
  });
}

test('a request that never leaves is refused after the second attempt', () => {
  const script = new AppsScript({ hosts: { [SERVICE_HOST]: null } });
  assert.equal(script.act('whatsapp_send_otp', MEMBERS).code, 'store_unavailable');
  const validated = script.act('whatsapp_validate_otp', MEMBERS);
  assert.equal(validated.valid, false);
  assert.equal(validated.code, 'store_unavailable');
  assert.equal(script.fetches.length, 4);
});

test('health is asked again after any trouble, unless that took long', () => {
  assert.equal(scriptAt('recovering').act('health').success, true);
  const slow = scriptAt('page', { fetchTakesMs: 6000 });
  assert.equal(slow.act('health').code, 'store_unavailable');
  assert.equal(slow.fetches.length, 1);
});

test('a service that is unwell is asked once, and its own words arrive', async () => {
  const script = scriptAt('unwell');
  const refused = { success: false, message: 'Away.', code: 'store_unavailable' };
  assert.deepEqual(script.act('whatsapp_send_otp', MEMBERS), refused);
  assert.deepEqual(script.get(), refused);
  assert.equal((await receivedAt('unwell')).length, 2);
  assert.equal(script.call('checkSetup'), 'The service answers, but it is not well: Away.');
});

test('a redirect is not followed: it would carry the login and the key elsewhere', async () => {
  const script = scriptAt('redirect');
  assert.equal(script.act('whatsapp_send_otp', MEMBERS).code, 'internal_error');
  assert.deepEqual(await receivedAt('elsewhere'), []);
  assert.equal(script.fetches[0].followRedirects, false);
});

for (const [path, said] of [['redirect', /OTP_SERVICE_URL/], ['missing', /OTP_SERVICE_URL/], ['forbidden', /403/]]) {
  test(`the proxy's own trouble (${path}) is not blamed on the caller, and is logged`, () => {
    const script = scriptAt(path);
    const validated = script.act('whatsapp_validate_otp', MEMBERS);
    assert.equal(validated.valid, false);
    assert.equal(validated.code, 'internal_error');
    assert.match(script.logs[0], said);
    assert.equal(script.act('health').code, 'internal_error');
    assert.equal(script.fetches.length, 2);
  });
}

test('a key that the service does not know is not blamed on the caller', () => {
  const properties = { ...PROPERTIES, OTP_SERVICE_KEY: SERVICE_KEY.replace(/.$/, '!') };
  const script = new AppsScript({ properties });
  assert.equal(script.act('whatsapp_send_otp', MEMBERS).code, 'internal_error');
  assert.match(script.logs[0], /does not know OTP_SERVICE_KEY/);
});

test('the service gets the members of the action and its own key, never the callers\' key', async () => {
  const script = scriptAt('well');
  const known = { ...MEMBERS, requestId: 'r', endUserIp: '203.0.113.7', locale: 'es-MX' };
  script.act('whatsapp_send_otp', { ...known, role: 'admin' });
  script.act('whatsapp_validate_otp', { ...known, role: 'admin' });
  const { otpCode, requestId, ...sending } = known;
  assert.deepEqual(await receivedAt('well'), [
    { action: 'whatsapp_send_otp', ...sending }, { action: 'whatsapp_validate_otp', ...known },
  ]);
  assert.deepEqual({ ...script.fetches[0].headers }, { 'X-API-Key': SERVICE_KEY });
});
