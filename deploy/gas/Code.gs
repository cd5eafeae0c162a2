/**
 * WhatsApp login for Apps Script callers: the web app's contract, answered by otp_service.
 *
 * `doPost` takes `{"action": …, "apiKey": …, "phoneNumber": …, "otpCode": …}` and answers what the service
 * answers. `sendWhatsAppOTP`, `validateWhatsAppOTP` and `resendWhatsAppOTP` do the same for scripts. Codes,
 * limits, sessions and the audit are the service's: nothing is decided or kept here.
 *
 * Script Properties: OTP_SERVICE_URL, OTP_SERVICE_KEY, GAS_API_KEY. Run `checkSetup` once they are set.
 * A function whose name ends in `_` cannot be run from the editor, a page or another project.
 */

/** What each action takes, besides `apiKey`. Other members are ignored, as they always were. */
const MEMBERS_OF_ACTION_ = new Map([
  ['whatsapp_send_otp', ['phoneNumber', 'endUserIp', 'locale']],
  ['whatsapp_resend_otp', ['phoneNumber', 'endUserIp', 'locale']],
  ['whatsapp_validate_otp', ['phoneNumber', 'otpCode', 'requestId', 'endUserIp', 'locale']],
  ['health', []],
]);

const MAX_BODY_BYTES_ = 16 * 1024;
const MIN_KEY_CHARS_ = 32;

/**
 * The service is done with a send after 15 s. Google's type declarations do not list `timeoutSeconds`: where
 * Apps Script ignores it, UrlFetchApp gives up by itself after about 60 s. With the one retry there may be, both
 * are far below the 6 minutes that a script has.
 */
const FETCH_TIMEOUT_S_ = 30;
const RETRY_PAUSE_MS_ = 500;
/** A retry begins this long after the first attempt at the latest: a person is waiting. */
const LATEST_RETRY_MS_ = 5000;

/** `doGet` needs no key, so it may reach the service once in this time and no more. */
const HEALTH_KEPT_S_ = 60;
const HEALTH_CACHE_KEY_ = 'otp-service-health';

const OUR_TROUBLE_ = 'Something went wrong on our side. Try again shortly.';
const UNAVAILABLE_ = 'The login service is not available at the moment. Try again shortly.';

/**
 * How UrlFetchApp begins the exceptions it throws before anything is sent. In another language than English
 * they begin otherwise, and then nothing is retried: that errs on the safe side.
 */
const NEVER_SENT_ = ['DNS error', 'Service invoked too many times'];
/** Others that are worth a word in the log. Never the whole text: it may quote the request. */
const FETCH_ERRORS_ = [...NEVER_SENT_, 'Address unavailable', 'SSL Error', 'Timeout', 'Bandwidth quota exceeded'];

/** A refusal of this proxy's own, in the service's words: `code` is one of the contract's. */
class Refusal_ extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/** The web app's POST. Every outcome is HTTP 200: a web app cannot answer anything else. */
function doPost(e) {
  return answerLoginRequest_(e);
}

/** The web app's GET: the service's health, at most a minute old. Needs no key and says nothing else. */
function doGet() {
  return asJson_(answering_('health', () => {
    const cache = CacheService.getScriptCache();
    const kept = cache.get(HEALTH_CACHE_KEY_);
    if (kept) return JSON.parse(kept);
    const answer = answering_('health', () => askService_(settings_(), 'health', {}));
    cache.put(HEALTH_CACHE_KEY_, JSON.stringify(answer), HEALTH_KEPT_S_);
    return answer;
  }));
}

/**
 * Send a code to a number in any spelling. The service makes the code; no script ever sees it.
 *
 * @param {string} phone
 * @return {{success: boolean, message: string, expiresIn?: number, requestId?: string, code?: string,
 *   retryAfter?: number}} Never throws. `message` may be shown as it is.
 */
function sendWhatsAppOTP(phone, ...rest) {
  return answering_('whatsapp_send_otp', () => {
    // The former function took a code of the caller's own. Sending another one unasked would look like success.
    if (rest.length) {
      throw new Refusal_('invalid_request', 'sendWhatsAppOTP takes a phone number only: the service makes the code.');
    }
    return askService_(settings_(), 'whatsapp_send_otp', { phoneNumber: phone });
  });
}

/**
 * Turn a code into a session, once.
 *
 * @param {string} phone
 * @param {string} code Six digits, as text: a number would lose its leading zeros.
 * @param {string=} requestId The one the send answered: only that send's code is right then.
 * @return {{valid: boolean, sessionToken?: string, role?: string, userId?: string, expiresIn?: number,
 *   error?: string, message?: string, code?: string, attemptsRemaining?: number, retryAfter?: number}}
 *   Never throws.
 */
function validateWhatsAppOTP(phone, code, requestId) {
  const action = 'whatsapp_validate_otp';
  return answering_(action, () => askService_(settings_(), action, { phoneNumber: phone, otpCode: code, requestId }));
}

/**
 * Send a new code, which replaces the earlier one.
 *
 * @param {string} phone
 * @return {Object} As `sendWhatsAppOTP`.
 */
function resendWhatsAppOTP(phone) {
  const action = 'whatsapp_resend_otp';
  return answering_(action, () => askService_(settings_(), action, { phoneNumber: phone }));
}

/** Run this in the editor: says in sentences what is missing, or that the service answers. */
function checkSetup() {
  const settings = readSettings_();
  const faults = faultsOf_(settings);
  if (!faults.length) {
    const outcome = fetchOnce_(settings, { action: 'health' });
    faults.push(...(outcome.trouble ? [outcome.trouble] : faultsOfHealth_(outcome.answer)));
  }
  const report = faults.length ? faults.join('\n') : 'Everything is set up, and the service answers.';
  console.log(report);
  return report;
}

/**
 * What `doPost` does. A project that has a `doPost` of its own deletes the one above and hands the login's
 * actions to this.
 *
 * @param {Object} e The event of doPost.
 * @return {GoogleAppsScript.Content.TextOutput}
 */
function answerLoginRequest_(e) {
  let action;
  try {
    const body = bodyOf_(e);
    action = body.action;
    const settings = settings_();
    requireCallersKey_(settings, body.apiKey);
    if (!MEMBERS_OF_ACTION_.has(action)) {
      throw new Refusal_('invalid_request', `action must be one of: ${[...MEMBERS_OF_ACTION_.keys()].join(', ')}.`);
    }
    return asJson_(askService_(settings, action, body));
  } catch (error) {
    return asJson_(refused_(action, error));
  }
}

/** What `work` returns, or its refusal in the shape of `action`. */
function answering_(action, work) {
  try {
    return work();
  } catch (error) {
    return refused_(action, error);
  }
}

function refused_(action, error) {
  const known = error instanceof Refusal_;
  // Not the error's text: it may quote what was sent.
  if (!known) console.error(`Unexpected ${error.name} in the login proxy.`);
  const code = known ? error.code : 'internal_error';
  const message = known ? error.message : OUR_TROUBLE_;
  return action === 'whatsapp_validate_otp'
    ? { valid: false, error: message, message, code }
    : { success: false, message, code };
}

function asJson_(answer) {
  return ContentService.createTextOutput(JSON.stringify(answer)).setMimeType(ContentService.MimeType.JSON);
}

/** The body as an object, whatever its Content-Type says. Throws Refusal_. */
function bodyOf_(e) {
  const contents = (e && e.postData && e.postData.contents) || '';
  if (Math.max((e && e.contentLength) || 0, contents.length) > MAX_BODY_BYTES_) {
    throw new Refusal_('payload_too_large', 'The request is larger than 16 KiB.');
  }
  let body = null;
  try {
    body = JSON.parse(contents.replace(/^\uFEFF/, ''));
  } catch {
    // Said below, together with JSON that is no object.
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new Refusal_('invalid_request', 'The body must be a JSON object.');
  }
  return body;
}

/** Throws Refusal_ unless `presented` is one of the callers' keys. Each is compared, whichever it is. */
function requireCallersKey_({ callersKeys }, presented) {
  if (typeof presented !== 'string' || !callersKeys.map((key) => sameText_(presented, key)).includes(true)) {
    throw new Refusal_('unauthorized', 'The API key is missing or not known.');
  }
}

/** Compares in a time that tells nothing of either text: their MACs under a key made up for this comparison. */
function sameText_(one, other) {
  const once = Utilities.getUuid();
  const macs = [one, other].map((text) => Utilities.computeHmacSha256Signature(text, once, Utilities.Charset.UTF_8));
  return macs[0].reduce((difference, byte, index) => difference | (byte ^ macs[1][index]), 0) === 0;
}

/** The Script Properties. Throws Refusal_ when one is missing or weak: nothing is half set up. */
function settings_() {
  const settings = readSettings_();
  const faults = faultsOf_(settings);
  if (faults.length) {
    console.error(faults.join(' '));
    throw new Refusal_('internal_error', OUR_TROUBLE_);
  }
  return settings;
}

function readSettings_() {
  const properties = PropertiesService.getScriptProperties().getProperties();
  const read = (name) => (properties[name] || '').trim();
  return {
    url: read('OTP_SERVICE_URL'),
    serviceKey: read('OTP_SERVICE_KEY'),
    // Two at a time while callers move from one to the other.
    callersKeys: read('GAS_API_KEY').split(',').map((key) => key.trim()),
  };
}

/** Sentences about the Script Properties; none of them quotes a value. */
function faultsOf_({ url, serviceKey, callersKeys }) {
  const faults = [];
  if (!/^https:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/.test(url)) {
    faults.push('OTP_SERVICE_URL must be the service\'s https:// address, without a user, a query or a fragment.');
  }
  if (serviceKey.length < MIN_KEY_CHARS_) {
    faults.push(`OTP_SERVICE_KEY must be this proxy's own key at the service, ${MIN_KEY_CHARS_} characters or more.`);
  }
  if (callersKeys.some((key) => key.length < MIN_KEY_CHARS_)) {
    faults.push(`GAS_API_KEY must be the key callers send, ${MIN_KEY_CHARS_} characters or more; or a comma list.`);
  }
  if (serviceKey && callersKeys.includes(serviceKey)) {
    faults.push('OTP_SERVICE_KEY and GAS_API_KEY must differ: else every caller holds the key to the service itself.');
  }
  return faults;
}

function faultsOfHealth_(answer) {
  return answer.success ? [] : [`The service answers, but it is not well: ${answer.message}`];
}

/** What the service answers to `action`, with the members of `source` that it takes. Throws Refusal_. */
function askService_(settings, action, source) {
  const request = { action };
  for (const member of MEMBERS_OF_ACTION_.get(action)) request[member] = source[member];
  const startedAt = Date.now();
  let outcome = fetchOnce_(settings, request);
  if (mayRepeat_(action, outcome) && Date.now() - startedAt < LATEST_RETRY_MS_) {
    Utilities.sleep(RETRY_PAUSE_MS_);
    outcome = fetchOnce_(settings, request);
  }
  if (outcome.trouble) {
    console.error(`${action}: ${outcome.trouble}`);
    throw refusalFor_(action, outcome);
  }
  return outcome.answer;
}

/**
 * Anything may be repeated that was never sent. A send whose fate is unknown may have sent a message, and a
 * validate may have used up the code or a try; asking for health changes nothing.
 */
function mayRepeat_(action, outcome) {
  return Boolean(outcome.trouble) && !outcome.refused && (outcome.neverSent || action === 'health');
}

/** What the caller shows when the service's answer is missing. */
function refusalFor_(action, { neverSent, refused }) {
  if (refused) return new Refusal_('internal_error', OUR_TROUBLE_);
  if (neverSent || action === 'health') return new Refusal_('store_unavailable', UNAVAILABLE_);
  if (action === 'whatsapp_validate_otp') {
    return new Refusal_('store_unavailable',
      'The login service did not answer. Enter the code again; if it is not taken, request a new one.');
  }
  return new Refusal_('delivery_unavailable',
    'We do not know whether the code was sent. A code that arrives works; else try again shortly.');
}

/**
 * One request to the service.
 *
 * @return {{answer?: Object, trouble?: string, neverSent?: boolean, refused?: boolean}} `trouble` is a sentence
 *   for whoever runs this: there is no answer then. `refused`: the service, or what stands at its address,
 *   turned the proxy itself away; trying again does not help.
 */
function fetchOnce_(settings, request) {
  let response;
  try {
    response = UrlFetchApp.fetch(settings.url.replace(/\/*$/, '/'), {
      method: 'post',
      contentType: 'application/json',
      headers: { 'X-API-Key': settings.serviceKey },
      payload: JSON.stringify(request),
      muteHttpExceptions: true,
      // A redirect would carry the login and the key to another address.
      followRedirects: false,
      timeoutSeconds: FETCH_TIMEOUT_S_,
    });
  } catch (error) {
    const kind = FETCH_ERRORS_.find((beginning) => String(error.message).startsWith(beginning));
    return {
      trouble: `The service could not be reached (${kind || 'an error of UrlFetchApp'}).`,
      neverSent: NEVER_SENT_.includes(kind),
    };
  }
  return readAnswer_(request.action, response.getResponseCode(), response.getContentText());
}

function readAnswer_(action, status, text) {
  if (status === 401) {
    return { trouble: 'The service does not know OTP_SERVICE_KEY (HTTP 401).', refused: true };
  }
  if (status === 403) {
    const either = 'OTP_SERVICE_KEY lacks the scope otp, or something before the service turns Apps Script away';
    return { trouble: `${either} (HTTP 403).`, refused: true };
  }
  if ((status >= 300 && status < 400) || status === 404 || status === 405) {
    return { trouble: `OTP_SERVICE_URL is not the service's address (HTTP ${status}).`, refused: true };
  }
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // A proxy's error page: said below.
  }
  const outcome = action === 'whatsapp_validate_otp' ? 'valid' : 'success';
  if (answer === null || typeof answer[outcome] !== 'boolean') {
    return { trouble: `What answered is not the service (HTTP ${status}).` };
  }
  return { answer };
}
