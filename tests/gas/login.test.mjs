// Whole logins through the web app and the functions, against the running service.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AppsScript, GAS_KEY } from './apps_script.mjs';
import { codeSentTo, codesSentTo } from './phone.mjs';

test('a caller of the web app logs in, and the code works once', async () => {
  const script = new AppsScript();
  const phoneNumber = '(941) 555-0110';
  const person = { endUserIp: '203.0.113.7', locale: 'es-MX' };
  const sent = script.act('whatsapp_send_otp', { phoneNumber, ...person });
  assert.equal(sent.success, true);
  assert.equal(sent.message, 'OTP sent');
  assert.ok(sent.expiresIn > 590 && sent.expiresIn <= 600);
  const answer = {
    phoneNumber: '+19415550110', otpCode: await codeSentTo('+19415550110'), requestId: sent.requestId, ...person,
  };
  const login = script.act('whatsapp_validate_otp', answer);
  assert.equal(login.valid, true);
  assert.equal(login.role, 'indemnitor');
  assert.ok(login.sessionToken && login.userId && login.expiresIn > 0);
  assert.equal(script.act('whatsapp_validate_otp', answer).code, 'expired_code');
});

test('scripts of the project log people in with the functions, and a resent code replaces the first', async () => {
  const script = new AppsScript();
  const phone = '+19415550111';
  assert.equal(script.call('sendWhatsAppOTP', phone).success, true);
  const resent = script.call('resendWhatsAppOTP', phone);
  assert.equal(resent.success, true);
  const codes = await codesSentTo(phone);
  assert.equal(codes.length, 2);
  assert.equal(script.call('validateWhatsAppOTP', phone, codes[1], 'another-request').code, 'expired_code');
  assert.equal(script.call('validateWhatsAppOTP', phone, codes[1], resent.requestId).valid, true);
});

test('validateWhatsAppOTP works without the requestId too', async () => {
  const script = new AppsScript();
  const phone = '+19415550112';
  script.call('sendWhatsAppOTP', phone);
  assert.equal(script.call('validateWhatsAppOTP', phone, await codeSentTo(phone)).valid, true);
});

test('a body sent as text/plain, with a byte order mark, is read', () => {
  const body = `\uFEFF${JSON.stringify({ action: 'health', apiKey: GAS_KEY })}`;
  assert.equal(new AppsScript().post(body, 'text/plain').success, true);
});

test('health answers the service\'s version, to callers each time and to a browser once a minute', () => {
  const script = new AppsScript();
  const asked = script.act('health');
  assert.equal(asked.success, true);
  assert.match(asked.version, /^\d+\.\d+/);
  assert.ok(asked.timestamp);
  const shown = script.get();
  assert.equal(shown.version, asked.version);
  assert.deepEqual(script.get(), shown);
  assert.equal(script.fetches.length, 2);
});

test('a function refuses a code of the caller\'s own, which the former one sent', async () => {
  const script = new AppsScript();
  const refused = script.call('sendWhatsAppOTP', '+19415550113', '998877');
  assert.equal(refused.success, false);
  assert.equal(refused.code, 'invalid_request');
  assert.deepEqual(await codesSentTo('+19415550113'), []);
});
