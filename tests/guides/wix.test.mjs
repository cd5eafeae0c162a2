// docs/samples/wix in front of the running service.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEAD_TOKEN, KEY, logIn, post } from './service.mjs';
import { sample, site } from './wix_site.mjs';

const backend = await sample('shamrock-login.web.js');
await sample('page.js');

test('the backend knows who a session belongs to, until it is revoked', async () => {
  const token = await logIn('+12395550142');
  const person = await backend.whoIsLoggedIn(token);
  assert.equal(person.role, 'indemnitor');
  assert.match(person.userId, /^[a-z2-7]{24}$/);
  await post('sessions/revoke', { token });
  assert.equal(await backend.whoIsLoggedIn(token), null);
});

test('what is no live token gets nothing', async () => {
  for (const token of [DEAD_TOKEN, '', null, undefined, { token: 'x' }]) {
    assert.equal(await backend.whoIsLoggedIn(token), null);
    await assert.rejects(backend.myPayments(token), { message: 'Please log in.' });
  }
});

test('a key that may not ask is the operator\'s trouble: nobody is logged in', async (t) => {
  t.after(() => { site.secrets.shamrock_login_key = KEY; });
  site.secrets.shamrock_login_key = 'a-key-that-nobody-made';
  const logged = t.mock.method(console, 'error', () => {});
  await assert.rejects(backend.whoIsLoggedIn(DEAD_TOKEN), /not available/);
  assert.deepEqual(logged.mock.calls[0].arguments, ['login service: status 401']);
});

test('the page takes the embed\'s event, shows what is the person\'s, and logs out', async () => {
  await site.ready;
  const token = await logIn('+12395550143');
  await $w('#login').handlers['shamrock-login']({ detail: { sessionToken: token, role: 'admin' } });
  assert.equal($w('#news').text, '$150 on 2026-12-01');
  assert.equal($w('#login').isShown, false);
  assert.equal(site.storage.get('shamrock-session'), token);
  await $w('#log-out').handlers.click();
  assert.equal(site.storage.size, 0);
  assert.equal($w('#login').isShown, true);
  assert.equal(await backend.whoIsLoggedIn(token), null);
});

test('the page forgets a session that is dead', async () => {
  await $w('#login').handlers['shamrock-login']({ detail: { sessionToken: DEAD_TOKEN } });
  assert.equal(site.storage.size, 0);
  assert.equal($w('#login').isShown, true);
});
