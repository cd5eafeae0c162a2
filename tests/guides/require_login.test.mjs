// docs/samples/require_login.mjs as a step of an HTTP server, in front of the running service.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';

import { DEAD_TOKEN, Gateway, KEY, logIn } from './service.mjs';

test('only who is logged in gets through', async (t) => {
  const gateway = await Gateway.open(t);
  process.env.SERVICE_URL = gateway.url;
  process.env.SERVICE_KEY = KEY;
  const { requireLogin } = await import('../../docs/samples/require_login.mjs');
  const server = http.createServer((request, response) =>
    requireLogin(request, response, () => response.end(request.person.role)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  const visit = (cookie) => fetch(`http://127.0.0.1:${server.address().port}/`, cookie && { headers: { cookie } });

  const welcome = await visit(`theme=dark; __Host-login=${await logIn('+12395550146')}`);
  assert.equal(await welcome.text(), 'indemnitor');
  assert.equal((await visit(`__Host-login=${DEAD_TOKEN}`)).status, 401);
  assert.equal((await visit()).status, 401);
  gateway.oddAnswer = { status: 503, headers: {}, text: '' };
  assert.equal((await visit('__Host-login=another.token')).status, 503);
});
