// What an operator sees of the set-up, and that a proxy that is half set up lets nobody through.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { AppsScript, GAS_KEY, PROPERTIES, SERVICE_HOST, SERVICE_KEY } from './apps_script.mjs';

const MANIFEST = new URL('../../deploy/gas/appsscript.json', import.meta.url);

test('checkSetup says that everything is there and the service answers', () => {
  const script = new AppsScript();
  assert.equal(script.call('checkSetup'), 'Everything is set up, and the service answers.');
  assert.deepEqual(script.logs, ['Everything is set up, and the service answers.']);
});

test('checkSetup names all that is missing at once', () => {
  const report = new AppsScript({ properties: {} }).call('checkSetup');
  for (const name of ['OTP_SERVICE_URL', 'OTP_SERVICE_KEY', 'GAS_API_KEY']) assert.match(report, new RegExp(name));
});

for (const [what, changed, said] of [
  ['a plain http address', { OTP_SERVICE_URL: `http://${SERVICE_HOST}` }, /OTP_SERVICE_URL must be .* https/],
  ['an address with a password', { OTP_SERVICE_URL: `https://me:secret@${SERVICE_HOST}` }, /OTP_SERVICE_URL/],
  ['an address with a query', { OTP_SERVICE_URL: `https://${SERVICE_HOST}/?key=1` }, /OTP_SERVICE_URL/],
  ['a short key', { GAS_API_KEY: 'letmein' }, /GAS_API_KEY .* 32 characters/],
  ['a short key beside a good one', { GAS_API_KEY: `${GAS_KEY},letmein` }, /GAS_API_KEY .* 32 characters/],
  ['an empty key beside a good one', { GAS_API_KEY: `${GAS_KEY},` }, /GAS_API_KEY .* 32 characters/],
  ['a short key for the service', { OTP_SERVICE_KEY: 'otp-123' }, /OTP_SERVICE_KEY .* 32 characters/],
  ['one key for both', { GAS_API_KEY: SERVICE_KEY }, /must differ/],
]) {
  test(`${what} is said by checkSetup, and lets nobody through`, () => {
    const script = new AppsScript({ properties: { ...PROPERTIES, ...changed } });
    const report = script.call('checkSetup');
    assert.match(report, said);
    for (const value of Object.values(changed)) assert.ok(!report.includes(value), 'a value was quoted');
    const apiKey = (changed.GAS_API_KEY ?? GAS_KEY).split(',')[0];
    const refused = script.post({ action: 'whatsapp_send_otp', apiKey, phoneNumber: '+19415550140' });
    assert.equal(refused.code, 'internal_error');
    assert.equal(script.call('sendWhatsAppOTP', '+19415550140').code, 'internal_error');
    assert.equal(script.get().code, 'internal_error');
    assert.equal(script.fetches.length, 0);
  });
}

test('checkSetup says that the service does not know the key', () => {
  const properties = { ...PROPERTIES, OTP_SERVICE_KEY: 'another-key-5c1d9e7b3f2a4680-unknown-to-it' };
  assert.match(new AppsScript({ properties }).call('checkSetup'), /does not know OTP_SERVICE_KEY/);
});

test('checkSetup says that the key may not send codes', () => {
  const properties = { ...PROPERTIES, OTP_SERVICE_KEY: process.env.KEY_WITHOUT_SCOPE };
  assert.match(new AppsScript({ properties }).call('checkSetup'), /lacks the scope otp/);
});

test('checkSetup says that nothing answers', () => {
  const script = new AppsScript({ hosts: { [SERVICE_HOST]: process.env.UNUSED_ADDRESS } });
  assert.match(script.call('checkSetup'), /could not be reached \(Address unavailable\)/);
});

test('callers may hold either of two keys while they move from one to the other', () => {
  const next = 'next-callers-key-9a1b2c3d4e5f6071-of-the-web-app';
  const script = new AppsScript({ properties: { ...PROPERTIES, GAS_API_KEY: `${next}, ${GAS_KEY}` } });
  for (const apiKey of [next, GAS_KEY]) assert.equal(script.post({ action: 'health', apiKey }).success, true);
  assert.equal(script.post({ action: 'health', apiKey: `${next}, ${GAS_KEY}` }).code, 'unauthorized');
});

test('an address with a path or a slash at its end works', () => {
  const properties = { ...PROPERTIES, OTP_SERVICE_URL: ` https://${SERVICE_HOST}// ` };
  assert.equal(new AppsScript({ properties }).act('health').success, true);
});

test('Script Properties that cannot be read close the door, and the log says no more than that', () => {
  const script = new AppsScript();
  script.global.PropertiesService = { getScriptProperties: () => { throw new Error(`quota, ${GAS_KEY}`); } };
  assert.equal(script.act('health').code, 'internal_error');
  assert.deepEqual(script.logs, ['Unexpected Error in the login proxy.']);
});

test('only the documented functions can be run from outside the project', () => {
  const { global } = new AppsScript();
  const open = Object.keys(global).filter((name) => typeof global[name] === 'function' && !name.endsWith('_'));
  assert.deepEqual(open.filter((name) => name !== 'Date').sort(), [
    'checkSetup', 'doGet', 'doPost', 'resendWhatsAppOTP', 'sendWhatsAppOTP', 'validateWhatsAppOTP',
  ]);
});

test('the manifest asks for the V8 runtime, a web app that anyone may call, and no other right than to fetch', () => {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  assert.equal(manifest.runtimeVersion, 'V8');
  assert.deepEqual(manifest.webapp, { executeAs: 'USER_DEPLOYING', access: 'ANYONE_ANONYMOUS' });
  assert.deepEqual(manifest.oauthScopes, ['https://www.googleapis.com/auth/script.external_request']);
});
