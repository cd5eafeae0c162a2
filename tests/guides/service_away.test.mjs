// docs/samples/session_check.mjs when the service itself has stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SessionCheck, SessionServiceUnavailableError } from '../../docs/samples/session_check.mjs';
import { DEAD_TOKEN, KEY, SERVICE } from './service.mjs';

test('a service that cannot be reached lets nobody in', async () => {
  const check = new SessionCheck(SERVICE, KEY);
  await assert.rejects(check.session(DEAD_TOKEN), SessionServiceUnavailableError);
});
