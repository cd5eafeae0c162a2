// Run while the service's Redis is stopped: what the service says about it arrives in both shapes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AppsScript } from './apps_script.mjs';

const MEMBERS = { phoneNumber: '+19415550145', otpCode: '123456' };

test('a service without its store closes the door in the caller\'s shape', () => {
  const script = new AppsScript();
  const sent = script.act('whatsapp_send_otp', MEMBERS);
  assert.equal(sent.success, false);
  assert.equal(sent.code, 'store_unavailable');
  const validated = script.act('whatsapp_validate_otp', MEMBERS);
  assert.equal(validated.valid, false);
  assert.equal(validated.code, 'store_unavailable');
  assert.equal(script.fetches.length, 2);
});
