// docs/samples/session_check.mjs against the running service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { SessionCheck, SessionServiceUnavailableError } from '../../docs/samples/session_check.mjs';
import { DEAD_TOKEN, Gateway, KEY, logIn, post } from './service.mjs';

const SESSION_S = Number(process.env.SESSION_S);
const LIVE_FOR_S = 30;
const DEAD_FOR_S = 5;

async function checkOf(t, options = {}) {
  const gateway = await Gateway.open(t);
  const time = { nowS: 1000 };
  return { gateway, time, check: new SessionCheck(gateway.url, KEY, { clock: () => time.nowS, ...options }) };
}

test('a live session is asked about once', async (t) => {
  const { check, gateway } = await checkOf(t);
  const token = await logIn();
  const session = await check.session(token);
  assert.equal(session.role, 'indemnitor');
  assert.match(session.userId, /^[a-z2-7]{24}$/);
  assert.ok(session.expiresAt <= Date.now() / 1000 + SESSION_S + 1);
  assert.deepEqual(await check.session(token), session);
  assert.equal(gateway.asked, 1);
});

test('a revoked session ends when the answer is no longer remembered', async (t) => {
  const { check, time } = await checkOf(t);
  const token = await logIn();
  assert.ok(await check.session(token));
  await post('sessions/revoke', { token });
  time.nowS += LIVE_FOR_S - 1;
  assert.ok(await check.session(token));
  time.nowS += 1;
  assert.equal(await check.session(token), null);
});

test('a log-out of our own is seen at once, also by a question under way', async (t) => {
  const { check, gateway } = await checkOf(t);
  const token = await logIn();
  gateway.hold();
  const underWay = check.session(token);
  await gateway.untilAsked(1);
  await post('sessions/revoke', { token });
  check.forget(token);
  gateway.letGo();
  await underWay;
  assert.equal(await check.session(token), null);
});

test('a dead token is remembered briefly', async (t) => {
  const { check, gateway, time } = await checkOf(t);
  assert.equal(await check.session(DEAD_TOKEN), null);
  time.nowS += DEAD_FOR_S - 1;
  assert.equal(await check.session(DEAD_TOKEN), null);
  assert.equal(gateway.asked, 1);
  time.nowS += 1;
  assert.equal(await check.session(DEAD_TOKEN), null);
  assert.equal(gateway.asked, 2);
});

test('no answer is remembered beyond the session\'s end', async (t) => {
  const { check, gateway, time } = await checkOf(t, { liveForS: 10 * SESSION_S });
  const token = await logIn();
  await check.session(token);
  time.nowS += SESSION_S / 2;
  await check.session(token);
  assert.equal(gateway.asked, 1);
  time.nowS += SESSION_S / 2;
  await check.session(token);
  assert.equal(gateway.asked, 2);
});

test('callers at the same moment share one question', async (t) => {
  const { check, gateway } = await checkOf(t);
  const token = await logIn();
  gateway.hold();
  const answers = Array.from({ length: 24 }, () => check.session(token));
  await gateway.untilAsked(1);
  gateway.letGo();
  const userIds = new Set((await Promise.all(answers)).map((session) => session.userId));
  assert.equal(userIds.size, 1);
  assert.equal(gateway.asked, 1);
});

test('a service that is away lets in whom it knew until the answer is forgotten', async (t) => {
  const { check, gateway, time } = await checkOf(t);
  const token = await logIn();
  await check.session(token);
  gateway.oddAnswer = { status: 503, headers: {}, text: '' };
  assert.ok(await check.session(token));
  time.nowS += LIVE_FOR_S;
  await assert.rejects(check.session(token), { name: 'SessionServiceUnavailableError', message: 'status 503' });
  gateway.oddAnswer = null;
  assert.ok(await check.session(token));
});

for (const [status, text] of [
  [200, '<h1>hello</h1>'], [200, '[]'], [200, 'null'], [200, '{"active": true}'], [200, '{"active": "no"}'],
  [302, ''], [500, '{"active": true}'],
]) {
  test(`the odd answer ${status} ${text} lets nobody in`, async (t) => {
    const { check, gateway } = await checkOf(t);
    gateway.oddAnswer = { status, text, headers: status === 302 ? { Location: gateway.url } : {} };
    await assert.rejects(check.session(DEAD_TOKEN), SessionServiceUnavailableError);
    assert.equal(gateway.asked, 1);
  });
}

test('a key that may not ask lets nobody in', async (t) => {
  const { gateway } = await checkOf(t);
  const stranger = new SessionCheck(gateway.url, 'a-key-that-nobody-made');
  await assert.rejects(stranger.session(DEAD_TOKEN), { message: 'status 401' });
});

test('a service that does not answer in time lets nobody in', async (t) => {
  const { check, gateway } = await checkOf(t, { timeoutS: 0.2 });
  gateway.hold();
  await assert.rejects(check.session(DEAD_TOKEN), { message: 'TimeoutError' });
});

test('what can be no token is not asked about', async (t) => {
  const { check, gateway } = await checkOf(t);
  for (const token of ['', undefined, null, 7, 'x'.repeat(100_000)]) assert.equal(await check.session(token), null);
  assert.equal(gateway.asked, 0);
});

test('the oldest answers make room', async (t) => {
  const { check, gateway } = await checkOf(t, { maxRemembered: 2 });
  for (const token of ['a', 'b', 'c', 'c', 'b']) await check.session(token);
  assert.equal(gateway.asked, 3);
  await check.session('a');
  assert.equal(gateway.asked, 4);
});

test('no token is told', async (t) => {
  const { check, gateway } = await checkOf(t);
  gateway.oddAnswer = { status: 200, headers: {}, text: DEAD_TOKEN };
  const error = await check.session(DEAD_TOKEN).catch((refusal) => refusal);
  assert.ok(!inspect(error).includes(DEAD_TOKEN));
});
