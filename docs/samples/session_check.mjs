// Ask the login service who a session token belongs to, and remember the answer for a while.
// Node 20 or newer, no packages. RFC 7662; docs/sessions.md says why it is built as it is.
import { createHash } from 'node:crypto';

const LONGEST_TOKEN_CHARS = 2048;
const DEAD_FOR_S = 5;

/** Nobody knows whether the session lives: let nobody in, and answer 503. */
export class SessionServiceUnavailableError extends Error {
  name = 'SessionServiceUnavailableError';
}

/**
 * Remembers a live session for `liveForS` seconds at most, a dead token for five. `liveForS` is how long
 * a session may go on here after it was revoked. `clock` never goes backwards and counts seconds.
 */
export class SessionCheck {
  #url;
  #apiKey;
  #liveForS;
  #timeoutS;
  #maxRemembered;
  #clock;
  // By the token's digest: whoever reads this memory cannot log in with what it holds.
  #remembered = new Map();
  #asking = new Map();

  constructor(serviceUrl, apiKey, {
    liveForS = 30, timeoutS = 3, maxRemembered = 10_000, clock = () => performance.now() / 1000,
  } = {}) {
    this.#url = `${serviceUrl.replace(/\/+$/, '')}/v1/sessions/introspect`;
    this.#apiKey = apiKey;
    this.#liveForS = liveForS;
    this.#timeoutS = timeoutS;
    this.#maxRemembered = maxRemembered;
    this.#clock = clock;
  }

  /**
   * The token's `{userId, role, sessionId, expiresAt}` (Unix seconds), null for a dead one.
   * Rejects with SessionServiceUnavailableError.
   */
  async session(token) {
    if (typeof token !== 'string' || !token || token.length > LONGEST_TOKEN_CHARS) return null;
    const digest = digestOf(token);
    const known = this.#remembered.get(digest);
    if (known && this.#clock() < known.until) return known.session;
    let answer = this.#asking.get(digest);
    if (!answer) {
      answer = this.#introspect(token);
      this.#asking.set(digest, answer);
      this.#remember(digest, answer, this.#clock());
    }
    return answer;
  }

  /** Ask again next time: for a log-out of your own, once the service has revoked it. */
  forget(token) {
    const digest = digestOf(token);
    this.#remembered.delete(digest);
    // A question under way may have been answered before the log-out.
    this.#asking.delete(digest);
  }

  async #remember(digest, answer, askedAt) {
    let session;
    let answered = true;
    try {
      session = await answer;
    } catch {
      answered = false; // A failure is not remembered: whoever asks next asks the service.
    }
    if (this.#asking.get(digest) !== answer) return;
    this.#asking.delete(digest);
    if (!answered) return;
    const lifeS = session ? Math.min(this.#liveForS, session.expiresAt - Date.now() / 1000) : DEAD_FOR_S;
    this.#remembered.delete(digest); // A Map keeps the order of insertion: the oldest is first.
    this.#remembered.set(digest, { until: askedAt + lifeS, session });
    if (this.#remembered.size > this.#maxRemembered) this.#remembered.delete(this.#remembered.keys().next().value);
  }

  async #introspect(token) {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'X-API-Key': this.#apiKey },
        body: new URLSearchParams({ token }),
        redirect: 'error', // the key goes to nobody else
        signal: AbortSignal.timeout(this.#timeoutS * 1000),
      });
      if (response.status !== 200) throw new SessionServiceUnavailableError(`status ${response.status}`);
      const answer = await response.json();
      if (answer.active === false) return null;
      const { sub: userId, role, jti: sessionId, exp: expiresAt } = answer;
      if (!userId || !role || !sessionId || !expiresAt) throw new SessionServiceUnavailableError('no session in it');
      return { userId, role, sessionId, expiresAt };
    } catch (error) {
      if (error instanceof SessionServiceUnavailableError) throw error;
      throw new SessionServiceUnavailableError(error.name); // not its message: it may quote the answer
    }
  }
}

function digestOf(token) {
  return createHash('sha256').update(token).digest('hex');
}
