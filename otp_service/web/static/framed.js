// The login screen in another site's page. No cookies there, so each step goes by fetch with the
// state in its form; and what the login won goes to one origin, the one that the server allowed.
import { begin } from "./login.js";

const AROUND_US = document.documentElement.dataset.origin;

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "omit" });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

function show(page) {
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  document.querySelector("footer")?.remove();
  document.querySelector("main").replaceWith(page.querySelector("main"));
  const footer = page.querySelector("footer");
  if (footer) document.body.append(footer);
  begin();
  const first = document.querySelector("[autofocus]") ?? document.querySelector("h1");
  if (!first.matches("input")) first.tabIndex = -1;
  first.focus();
  handOver(document.querySelector("main"));
  tellHeight();
}

function handOver(main) {
  const { login } = main.dataset;
  if (!login) return;
  delete main.dataset.login;
  tell(JSON.parse(login));
}

// To that origin and no other, whoever has us in a frame.
function tell(message) {
  if (parent !== window && AROUND_US) parent.postMessage(message, AROUND_US);
}

function tellHeight() {
  tell({ type: "shamrock-login-height", height: document.body.scrollHeight });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") tell({ type: "shamrock-login-close" });
});
new ResizeObserver(tellHeight).observe(document.body);
