// deploy/gas as Apps Script runs it: Code.gs in a context of its own, with the services it uses stood in for.
// UrlFetchApp really goes over HTTP; `hosts` is its DNS.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const CODE = fileURLToPath(new URL('../../deploy/gas/Code.gs', import.meta.url));
const EXCHANGE = fileURLToPath(new URL('./http_exchange.mjs', import.meta.url));
// Google, "Class UrlFetchApp", advanced parameters; `timeoutSeconds` is read where Apps Script knows it.
const FETCH_OPTIONS = ['contentType', 'headers', 'method', 'payload', 'muteHttpExceptions', 'followRedirects',
  'validateHttpsCertificates', 'escaping', 'timeoutSeconds'];

export const GAS_KEY = 'callers-key-0b5e7a91c3d24f68-of-the-web-app';
export const SERVICE_KEY = process.env.OTP_SERVICE_KEY;
export const SERVICE_HOST = 'login.example.test';
export const PROPERTIES = {
  OTP_SERVICE_URL: `https://${SERVICE_HOST}`,
  OTP_SERVICE_KEY: SERVICE_KEY,
  GAS_API_KEY: GAS_KEY,
};

class TextOutput {
  constructor(text) {
    this.text = text;
  }

  setMimeType(type) {
    this.type = type;
    return this;
  }
}

/**
 * `hosts`: for a host name the address it stands for, or a list of them, one for each fetch. Instead of an address
 * null is a name that is not found, and `{failure}` how UrlFetchApp's exception begins. `fetchLimitMs`: when
 * UrlFetchApp gives up. `fetchTakesMs`: how far the script's clock moves on during one fetch.
 */
export class AppsScript {
  constructor({ properties = PROPERTIES, hosts = {}, fetchLimitMs = 60_000, fetchTakesMs = 0 } = {}) {
    this.hosts = { [SERVICE_HOST]: process.env.OTP_SERVICE_ADDRESS, ...hosts };
    this.fetchLimitMs = fetchLimitMs;
    this.fetchTakesMs = fetchTakesMs;
    this.fetches = [];
    this.sleeps = [];
    this.logs = [];
    this.secrets = [properties.OTP_SERVICE_KEY, properties.GAS_API_KEY].filter((key) => key?.length > 8);
    this.clockMs = 0;
    this.global = vm.createContext(this.#services(properties));
    vm.runInContext(readFileSync(CODE, 'utf8'), this.global, { filename: CODE });
  }

  /** What a caller of the web app gets for a body (an object, or text as it is). */
  post(body, type = 'application/json') {
    const contents = typeof body === 'string' ? body : JSON.stringify(body);
    const length = Buffer.byteLength(contents);
    this.#keepSecrets(body);
    return this.#answer(this.global.doPost({
      postData: { contents, length, name: 'postData', type }, contentLength: length, parameter: {}, queryString: '',
    }));
  }

  /** As `post`, with the callers' key. */
  act(action, members = {}) {
    return this.post({ action, apiKey: GAS_KEY, ...members });
  }

  get() {
    return this.#answer(this.global.doGet({ contentLength: -1, parameter: {}, queryString: '' }));
  }

  /** What a function returns to another script of the project. */
  call(name, ...args) {
    this.#keepSecrets({ phoneNumber: args[0], otpCode: args[1] });
    return this.#discreet(this.global[name](...args));
  }

  #answer(output) {
    assert.ok(output instanceof TextOutput, 'the web app must answer with ContentService');
    assert.equal(output.type, 'application/json');
    return this.#discreet(JSON.parse(output.text));
  }

  #keepSecrets(members) {
    for (const value of [members.phoneNumber, members.otpCode, members.apiKey]) {
      const plain = typeof value === 'string' ? value.replace(/\W/g, '') : '';
      if (plain.length >= 6) this.secrets.push(plain);
    }
  }

  /** The answer, once nothing secret is in the logs. */
  #discreet(answer) {
    const logged = this.logs.join('\n');
    for (const secret of [...this.secrets, answer?.sessionToken].filter(Boolean)) {
      assert.ok(!logged.includes(secret), 'a key, a number, a code or a token was logged');
    }
    return typeof answer === 'object' ? JSON.parse(JSON.stringify(answer)) : answer;
  }

  #services(properties) {
    const log = (...parts) => { this.logs.push(parts.join(' ')); };
    const cached = new Map();
    const script = this;
    return {
      console: { log, info: log, warn: log, error: log },
      Date: class extends Date {
        static now() {
          return super.now() + script.clockMs;
        }
      },
      PropertiesService: { getScriptProperties: () => ({ getProperties: () => ({ ...properties }) }) },
      CacheService: {
        getScriptCache: () => ({
          get: (key) => cached.get(key) ?? null,
          put: (key, value, seconds) => {
            assert.ok(typeof value === 'string' && seconds >= 1 && seconds <= 21600);
            cached.set(key, value);
          },
        }),
      },
      ContentService: { MimeType: { JSON: 'application/json' }, createTextOutput: (text) => new TextOutput(text) },
      Utilities: {
        Charset: { UTF_8: 'utf8' },
        getUuid: randomUUID,
        sleep: (ms) => { this.sleeps.push(ms); },
        // Bytes are signed in Apps Script.
        computeHmacSha256Signature: (value, key, charset) => [
          ...new Int8Array(createHmac('sha256', Buffer.from(key, charset)).update(value, charset).digest()),
        ],
      },
      UrlFetchApp: { fetch: (url, options) => this.#fetch(url, options) },
    };
  }

  #fetch(url, options) {
    for (const name of Object.keys(options)) assert.ok(FETCH_OPTIONS.includes(name), `UrlFetchApp has no ${name}`);
    this.fetches.push({ url, ...options });
    this.clockMs += this.fetchTakesMs;
    const outcome = this.#exchange(new URL(url), options);
    if (outcome.failure) throw new Error(`${outcome.failure}: ${url}`);
    if (outcome.status >= 400 && !options.muteHttpExceptions) {
      throw new Error(`Request failed for ${url} returned code ${outcome.status}.`);
    }
    return { getResponseCode: () => outcome.status, getContentText: () => outcome.text };
  }

  #exchange({ host, pathname }, { method = 'get', contentType, headers = {}, payload = '' }) {
    const known = this.hosts[host];
    const address = Array.isArray(known) ? known.shift() : known;
    if (!address) return { failure: 'DNS error' };
    if (address.failure) return address;
    const input = JSON.stringify({
      url: address + pathname,
      method: method.toUpperCase(),
      headers: { ...headers, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(payload) },
      payload,
      limitMs: this.fetchLimitMs,
    });
    const { stdout, stderr, status } = spawnSync(process.execPath, [EXCHANGE], { input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  }
}
