// Makes the login screens live: formats the number, sends the sixth digit, follows the message,
// counts down. Every screen works without it. `begin` starts whatever screen is in the document.
"use strict";

const LONGEST_WAIT_S = 20;
const RETRY_MS = 3000;
const LONGEST_RETRY_MS = 30000;
// Nothing follows these: it was seen, or nobody knows of it any more.
const FINAL_STATES = ["read", "none"];

let ending = new AbortController();

export function begin() {
  ending.abort();
  ending = new AbortController();
  const { signal } = ending;
  sendOnce(signal);
  const number = document.getElementById("number");
  if (number) formatAsTyped(number, document.getElementById("country"), signal);
  const code = document.getElementById("code");
  if (code) submitOnSixthDigit(code, signal);
  countWaits(signal);
  const delivery = document.querySelector("[data-delivery]");
  if (delivery) followMessage(delivery, document.getElementById("code-form"), signal);
}

// A second click on its way would send a second message, or spend a second try.
function sendOnce(signal) {
  const onSubmit = (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  };
  document.addEventListener("submit", onSubmit, { signal, capture: true });
  // The browser may show a page as it was left: with a form that was sent.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }, { signal });
}

function formatAsTyped(number, country, signal) {
  number.addEventListener("input", () => {
    const chosen = country.selectedOptions[0];
    const atEnd = number.selectionStart === number.value.length;
    // Only what North Americans type; any other spelling stays as it is, and the server reads all.
    if (!atEnd || chosen?.dataset.callingCode !== "1" || /[^\d\s().-]/.test(number.value)) return;
    number.value = northAmerican(number.value.replace(/\D/g, ""), number.value);
  }, { signal });
}

function northAmerican(digits, typed) {
  if (digits.length < 4 || digits.length > 10 || digits.startsWith("1")) return typed;
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  return line ? `(${area}) ${exchange}-${line}` : `(${area}) ${exchange}`;
}

function submitOnSixthDigit(code, signal) {
  let before = digitsOf(code.value);
  code.addEventListener("input", () => {
    const digits = digitsOf(code.value).slice(0, 6);
    if (digits !== code.value) code.value = digits;
    const complete = digits.length === 6 && digits !== before;
    before = digits;
    if (complete) code.form.requestSubmit();
  }, { signal });
}

// Any script's digits count: \p{Nd} blocks hold ten in a row, and the server reads them.
function digitsOf(text) {
  return text.replace(/\P{Nd}/gu, "");
}

function countWaits(signal) {
  for (const wait of document.querySelectorAll("[data-until]")) {
    const seconds = Number(wait.dataset.until) - Math.floor(Date.now() / 1000);
    wait.hidden = seconds <= 0;
    countDown(wait, seconds, signal, () => { wait.hidden = true; });
  }
  showExpiry(signal);
  showResend(signal);
}

function showExpiry(signal, seconds) {
  const expiry = document.querySelector("[data-expiry]");
  if (!expiry) return;
  const left = seconds ?? Number(expiry.dataset.seconds);
  const show = (over) => {
    expiry.querySelector("[data-alive]").hidden = over;
    expiry.querySelector("[data-over]").hidden = !over;
  };
  show(left <= 0);
  countDown(expiry, left, signal, () => show(true));
}

function showResend(signal, seconds) {
  const resend = document.querySelector("[data-resend]");
  if (!resend) return;
  const wait = document.querySelector("[data-resend-wait]");
  const left = seconds ?? Number(resend.dataset.seconds);
  const show = (waiting) => {
    resend.disabled = waiting;
    wait.hidden = !waiting;
  };
  show(left > 0);
  countDown(wait, left, signal, () => show(false));
}

const counters = new WeakMap();

// Each place has one counter: newer figures of the server replace the running one.
function countDown(place, seconds, signal, onEnd) {
  clearInterval(counters.get(place));
  if (seconds <= 0) return;
  const clock = place.querySelector("[data-clock]");
  const endsAt = performance.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(timer);
    onEnd();
  };
  const timer = setInterval(tick, 500);
  counters.set(place, timer);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
}

async function followMessage(delivery, form, signal) {
  let retryMs = RETRY_MS;
  while (!signal.aborted && !FINAL_STATES.includes(delivery.dataset.state)) {
    try {
      const status = await ask(delivery, form, signal);
      if (!status) return;
      if (status.retryAfter) {
        await pause(status.retryAfter * 1000, signal);
        continue;
      }
      const before = delivery.dataset.state;
      show(delivery, status, signal);
      // Nothing to wait for on the server's side: it answered at once.
      if (status.state === before) await pause(RETRY_MS, signal);
      retryMs = RETRY_MS;
    } catch {
      if (signal.aborted) return;
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    }
  }
}

// Null when this page is too old to ask: then only a new visit helps.
async function ask(delivery, form, signal) {
  const body = new URLSearchParams(new FormData(form));
  body.delete("code");
  body.set("after", delivery.dataset.state);
  body.set("wait", LONGEST_WAIT_S);
  const answer = await fetch(delivery.dataset.statusUrl, { method: "POST", body, signal });
  if (answer.status === 400) return null;
  return answer.json();
}

function show(delivery, status, signal) {
  delivery.dataset.state = status.state;
  delivery.dataset.tone = status.tone;
  // Untouched text is not spoken again.
  setText(delivery.querySelector("[data-title]"), status.title);
  setText(delivery.querySelector("[data-advice]"), status.advice);
  if (status.expiresIn !== null) showExpiry(signal, status.expiresIn);
  if (status.resendAllowedIn !== null) showResend(signal, status.resendAllowedIn);
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
  });
}

begin();
