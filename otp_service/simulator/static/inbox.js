// Keeps the page up to date and copies codes. The server renders; this only merges what changed.
"use strict";

const POLL_INTERVAL_MS = 1000;
const TOAST_MS = 2500;

const main = document.querySelector("[data-messages-url]");
const live = document.getElementById("live");
const toast = document.getElementById("toast");

let seen = null;
let toastTimer;

function say(sentence) {
  toast.textContent = sentence;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.textContent = ""; }, TOAST_MS);
}

// navigator.clipboard exists on https and on localhost only; the inbox may be opened by address.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("aria-hidden", "true");
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    button.focus();
    return copied;
  }
  return true;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-code]");
  if (!button) return;
  const copied = await copy(button.dataset.code, button);
  say(copied ? "Code copied" : "Could not copy: select the code by hand");
});

function replaceLivePart(shown, fresh) {
  const before = shown.querySelector("[data-live]");
  const after = fresh.querySelector("[data-live]");
  if (before.outerHTML === after.outerHTML) return;
  const hadFocus = before === document.activeElement;
  before.replaceWith(after);
  if (hadFocus) after.focus();
}

function merge(fresh) {
  const shown = new Map([...live.children].map((item) => [item.dataset.key, item]));
  let place = live.firstElementChild;
  for (const item of [...fresh.children]) {
    const known = shown.get(item.dataset.key);
    shown.delete(item.dataset.key);
    if (known) replaceLivePart(known, item);
    else item.classList.add("arrived");
    const current = known ?? item;
    if (current === place) place = place.nextElementSibling;
    else live.insertBefore(current, place);
  }
  for (const gone of shown.values()) gone.remove();
  // An element with only white space in it is not :empty.
  if (!live.firstElementChild) live.replaceChildren();
}

function isAtEnd() {
  return main.scrollHeight - main.scrollTop - main.clientHeight < 80;
}

function scrollToEnd() {
  if (live.closest("[role=log]")) main.scrollTop = main.scrollHeight;
}

// What may change the page, as the server tells it; null when it does not.
async function fetchState() {
  const { messagesUrl, inboundUrl } = main.dataset;
  const answers = await Promise.all([messagesUrl, inboundUrl].filter(Boolean).map((url) => fetch(url)));
  if (!answers.every((answer) => answer.ok)) return null;
  return (await Promise.all(answers.map((answer) => answer.text()))).join();
}

async function refresh() {
  const now = await fetchState();
  if (now === null || now === seen) return;
  const page = await fetch(location.href);
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  const follow = isAtEnd();
  merge(fresh.getElementById("live"));
  if (follow) scrollToEnd();
  seen = now;
}

async function poll() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The simulator is being restarted; the next round will tell.
  }
  setTimeout(poll, POLL_INTERVAL_MS);
}

if (!live.firstElementChild) live.replaceChildren();
scrollToEnd();
poll();
