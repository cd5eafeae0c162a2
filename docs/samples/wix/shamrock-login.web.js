// backend/shamrock-login.web.js: who a session of the WhatsApp login belongs to.
// The key is in the Secrets Manager, as `shamrock_login_key`; pages never see it.
import { fetch } from 'wix-fetch';
import wixSecretsBackend from 'wix-secrets-backend';
import { Permissions, webMethod } from 'wix-web-module';

const SERVICE = 'https://login.example.com';

/** `{userId, role}` of a live session, null for any other token. */
export const whoIsLoggedIn = webMethod(Permissions.Anyone, (sessionToken) => sessionOf(sessionToken));

/** What only an indemnitor may see: decided here, by the service's word, for each call. */
export const myPayments = webMethod(Permissions.Anyone, async (sessionToken) => {
  const person = await sessionOf(sessionToken);
  if (person?.role !== 'indemnitor') throw new Error('Please log in.');
  return paymentsOf(person.userId);
});

export const logOut = webMethod(Permissions.Anyone, async (sessionToken) => {
  await ask('revoke', sessionToken);
});

async function sessionOf(sessionToken) {
  if (typeof sessionToken !== 'string' || !sessionToken) return null;
  const session = await ask('introspect', sessionToken);
  return session.active ? { userId: session.sub, role: session.role } : null;
}

/** Rejects when the service does not answer as it should: then nobody is logged in. */
async function ask(what, token) {
  const response = await fetch(`${SERVICE}/v1/sessions/${what}`, {
    method: 'post',
    headers: {
      'Content-Type': 'application/json',
      'X-API-Key': await wixSecretsBackend.getSecret('shamrock_login_key'),
    },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) {
    console.error(`login service: status ${response.status}`);
    throw new Error('The login is not available right now. Please try again shortly.');
  }
  return response.json();
}

/** Yours: from a collection of the site, by `userId`. */
async function paymentsOf(userId) {
  return [{ userId, due: '2026-12-01', amount: 150 }];
}
