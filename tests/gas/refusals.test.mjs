// What the web app refuses itself, and that what the service refuses arrives whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AppsScript, GAS_KEY, SERVICE_KEY } from './apps_script.mjs';
import { codeSentTo, codesSentTo, wrong } from './phone.mjs';

const PHONE = '+19415550120';

for (const [what, apiKey] of [
  ['no key', undefined],
  ['an empty key', ''],
  ['a wrong key', 'wrong-key-0b5e7a91c3d24f68-of-the-web-app'],
  ['a key cut short', GAS_KEY.slice(0, -1)],
  ['a key that is longer', `${GAS_KEY}x`],
  ['a key that is no text', { toString: 1 }],
  ['the service\'s own key', SERVICE_KEY],
]) {
  test(`${what} is refused before the service is asked`, () => {
    const script = new AppsScript();
    const sent = script.post({ action: 'whatsapp_send_otp', apiKey, phoneNumber: PHONE });
    assert.deepEqual(sent, {
      success: false, message: 'The API key is missing or not known.', code: 'unauthorized',
    });
    const validated = script.post({ action: 'whatsapp_validate_otp', apiKey, phoneNumber: PHONE, otpCode: '123456' });
    assert.equal(validated.valid, false);
    assert.equal(validated.error, validated.message);
    assert.equal(validated.code, 'unauthorized');
    assert.equal(script.fetches.length, 0);
  });
}

for (const [what, body, code] of [
  ['nothing', '', 'invalid_request'],
  ['half of a JSON object', '{"action": "health"', 'invalid_request'],
  ['a JSON list', '[1]', 'invalid_request'],
  ['null', 'null', 'invalid_request'],
  ['a JSON text', '"health"', 'invalid_request'],
  ['a body above 16 KiB', JSON.stringify({ action: 'health', apiKey: GAS_KEY, padding: 'x'.repeat(17_000) }),
    'payload_too_large'],
  ['a body above 16 KiB in bytes', JSON.stringify({ action: 'health', apiKey: GAS_KEY, padding: 'ñ'.repeat(9_000) }),
    'payload_too_large'],
]) {
  test(`${what} is refused in the contract's shape`, () => {
    const script = new AppsScript();
    const refused = script.post(body);
    assert.equal(refused.success, false);
    assert.equal(refused.code, code);
    assert.equal(script.fetches.length, 0);
  });
}

test('doPost without an event, as the editor runs it, is refused rather than broken', () => {
  const script = new AppsScript();
  assert.equal(JSON.parse(script.global.doPost().text).code, 'invalid_request');
});

for (const action of [undefined, '', 'whatsapp_send', 'constructor', '__proto__', ['health'], 7]) {
  test(`the action ${JSON.stringify(action)} is refused, and the known ones are named`, () => {
    const script = new AppsScript();
    const refused = script.post({ action, apiKey: GAS_KEY });
    assert.equal(refused.code, 'invalid_request');
    assert.match(refused.message, /whatsapp_send_otp, whatsapp_resend_otp, whatsapp_validate_otp, health/);
    assert.equal(script.fetches.length, 0);
  });
}

test('the service\'s words about a bad member arrive whole', () => {
  const script = new AppsScript();
  assert.equal(script.act('whatsapp_send_otp').message, 'phoneNumber is missing.');
  assert.equal(script.act('whatsapp_send_otp', { phoneNumber: 9415550120 }).message, 'phoneNumber must be a string.');
  assert.equal(script.act('whatsapp_send_otp', { phoneNumber: '555' }).code, 'invalid_phone');
  assert.match(script.act('whatsapp_send_otp', { phoneNumber: PHONE, endUserIp: 'nowhere' }).message, /endUserIp/);
  assert.match(script.act('whatsapp_send_otp', { phoneNumber: PHONE, locale: '??' }).message, /locale/);
  const unbound = { phoneNumber: PHONE, otpCode: '123456', requestId: '!' };
  assert.match(script.act('whatsapp_validate_otp', unbound).message, /requestId/);
  assert.equal(script.call('sendWhatsAppOTP').message, 'phoneNumber is missing.');
});

test('a wrong code says how many tries are left, until there are none', async () => {
  const script = new AppsScript();
  const phoneNumber = '+19415550121';
  script.act('whatsapp_send_otp', { phoneNumber });
  const otpCode = wrong(await codeSentTo(phoneNumber));
  for (const attemptsRemaining of [4, 3, 2, 1, 0]) {
    const refused = script.act('whatsapp_validate_otp', { phoneNumber, otpCode });
    assert.equal(refused.valid, false);
    assert.equal(refused.code, 'invalid_code');
    assert.equal(refused.attemptsRemaining, attemptsRemaining);
    assert.ok(refused.message && refused.error);
  }
  assert.equal(script.act('whatsapp_validate_otp', { phoneNumber, otpCode }).code, 'too_many_attempts');
});

test('the fourth message in a quarter of an hour says how long to wait', async () => {
  const script = new AppsScript();
  const phoneNumber = '+19415550122';
  for (const action of ['whatsapp_send_otp', 'whatsapp_resend_otp', 'whatsapp_resend_otp']) {
    assert.equal(script.act(action, { phoneNumber }).success, true);
  }
  const refused = script.act('whatsapp_resend_otp', { phoneNumber });
  assert.equal(refused.code, 'rate_limited');
  assert.equal(refused.scope, 'phone');
  assert.ok(refused.retryAfter > 800 && refused.retryAfter <= 900);
  assert.equal((await codesSentTo(phoneNumber)).length, 3);
});

test('a number without WhatsApp, and a send that WhatsApp did not confirm, are passed on', async () => {
  const script = new AppsScript();
  assert.equal(script.act('whatsapp_send_otp', { phoneNumber: '+17275550106' }).code, 'recipient_unreachable');
  const phoneNumber = '+12395550153';
  const unconfirmed = script.act('whatsapp_send_otp', { phoneNumber });
  assert.equal(unconfirmed.code, 'delivery_unavailable');
  const login = { phoneNumber, otpCode: await codeSentTo(phoneNumber), requestId: unconfirmed.requestId };
  assert.equal(script.act('whatsapp_validate_otp', login).valid, true);
});
