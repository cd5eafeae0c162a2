// The running service, somebody who logs in to it, and a gateway in front that counts and holds answers up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';

export const SERVICE = process.env.SERVICE_ADDRESS;
export const KEY = process.env.SERVICE_KEY;
export const DEAD_TOKEN = 'no.such.token';

export async function post(path, members) {
  const response = await fetch(`${SERVICE}/v1/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': KEY },
    body: JSON.stringify(members),
  });
  assert.equal(response.status, 200);
  return response.json();
}

export async function codeSentTo(number) {
  const response = await fetch(`${process.env.SIMULATOR_ADDRESS}/inbox/messages?${new URLSearchParams({ to: number })}`);
  return (await response.json()).at(-1).code;
}

/** The session token of somebody who has just logged in. */
export async function logIn(phoneNumber = '+12395550141') {
  await post('otp/send', { phoneNumber });
  const login = await post('otp/validate', { phoneNumber, otpCode: await codeSentTo(phoneNumber) });
  assert.ok(login.sessionToken);
  return login.sessionToken;
}

export class Gateway {
  asked = 0;
  oddAnswer = null;
  #mayLeave = Promise.resolve();
  #letGo = () => {};

  static async open(t) {
    const gateway = new Gateway();
    const server = http.createServer((request, response) => gateway.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gateway.url = `http://127.0.0.1:${server.address().port}`;
    t.after(() => { gateway.letGo(); server.closeAllConnections(); server.close(); });
    return gateway;
  }

  /** Keep the service's answers back, from now until `letGo`. */
  hold() {
    this.#mayLeave = new Promise((resolve) => { this.#letGo = resolve; });
  }

  letGo() {
    this.#letGo();
  }

  async untilAsked(times) {
    while (this.asked < times) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async #answer(request, response) {
    const chunks = await request.toArray();
    const { status, headers, text } = this.oddAnswer ?? await forward(request, Buffer.concat(chunks));
    this.asked += 1;
    await this.#mayLeave;
    response.writeHead(status, headers).end(text);
  }
}

async function forward(request, body) {
  const headers = { 'Content-Type': request.headers['content-type'], 'X-API-Key': request.headers['x-api-key'] };
  const answer = await fetch(`${SERVICE}${request.url}`, { method: request.method, headers, body });
  return { status: answer.status, headers: {}, text: await answer.text() };
}
