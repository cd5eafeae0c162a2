// <shamrock-login>: the WhatsApp login on any page whose origin the service allows.
//   <script src="https://login.example.com/embed/otp-login.js" defer></script>
//   <shamrock-login lang="es" theme="dark" mode="inline"></shamrock-login>
// A won login is an event `shamrock-login` whose `detail` has sessionToken, role, userId and
// expiresIn (seconds).
"use strict";

(() => {
  const LOGIN_ORIGIN = new URL(document.currentScript.src).origin;
  const WORDS = {
    en: { open: "Log in with WhatsApp", close: "Close" },
    es: { open: "Entrar con WhatsApp", close: "Cerrar" },
  };
  const STYLE = `
    :host { display: inline-block; }
    :host([mode="inline"]) { display: block; }
    :host([hidden]) { display: none; }
    iframe { display: block; width: 100%; height: 34rem; border: 0; border-radius: 1rem; color-scheme: light dark; }
    button { font: 600 1.0625rem/1.2 system-ui, sans-serif; cursor: pointer; }
    .open { min-height: 3rem; padding: .75rem 1.5rem; border: 0; border-radius: .75rem; background: #0b6b3f; color: #fff; }
    .open:hover { background: #085431; }
    button:focus-visible { outline: 3px solid #0b6b3f; outline-offset: 3px; }
    dialog { width: min(28rem, calc(100vw - 1rem)); max-width: none; max-height: calc(100vh - 1rem); margin: auto; padding: 0; border: 0; border-radius: 1rem; overflow: auto; background: Canvas; }
    dialog::backdrop { background: rgb(4 20 12 / 60%); }
    .close { position: absolute; top: .5rem; right: .5rem; width: 2.75rem; height: 2.75rem; border: 0; border-radius: 50%; background: none; color: #5c7367; font-size: 1.5rem; }
  `;

  class ShamrockLogin extends HTMLElement {
    #root = this.attachShadow({ mode: "open" });
    #frame = null;
    #dialog = null;
    #ending = null;

    connectedCallback() {
      this.#ending = new AbortController();
      const { signal } = this.#ending;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      window.addEventListener("message", (event) => this.#receive(event), { signal });
      if (this.getAttribute("mode") === "inline") this.#root.replaceChildren(this.#newFrame());
      else this.#root.replaceChildren(this.#openButton());
    }

    disconnectedCallback() {
      this.#ending.abort();
      this.#root.replaceChildren();
      this.#frame = this.#dialog = null;
    }

    get #language() {
      const wanted = (this.lang || document.documentElement.lang || "").slice(0, 2);
      return wanted in WORDS ? wanted : "";
    }

    #word(name) {
      return WORDS[this.#language || "en"][name];
    }

    #openButton() {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "open";
      button.setAttribute("part", "button");
      button.textContent = this.getAttribute("label") || this.#word("open");
      button.addEventListener("click", () => this.open());
      return button;
    }

    #newFrame() {
      const query = new URLSearchParams({ embed: "1", origin: location.origin });
      if (this.#language) query.set("lang", this.#language);
      if (this.getAttribute("theme")) query.set("theme", this.getAttribute("theme"));
      const frame = document.createElement("iframe");
      frame.title = this.#word("open");
      frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups");
      frame.src = `${LOGIN_ORIGIN}/login?${query}`;
      this.#frame = frame;
      return frame;
    }

    open() {
      if (this.#dialog || this.getAttribute("mode") === "inline") return;
      const dialog = document.createElement("dialog");
      const close = document.createElement("button");
      close.type = "button";
      close.className = "close";
      close.textContent = "\u00d7";
      close.setAttribute("aria-label", this.#word("close"));
      close.addEventListener("click", () => this.close());
      dialog.setAttribute("aria-label", this.#word("open"));
      dialog.append(this.#newFrame(), close);
      // The browser closes it as well: by Escape, or by the back gesture.
      // It tells so later, when another may be open already.
      dialog.addEventListener("close", () => this.#dialog === dialog && this.close());
      this.#dialog = dialog;
      this.#root.append(dialog);
      dialog.showModal();
    }

    close() {
      const dialog = this.#dialog;
      if (!dialog) return;
      this.#dialog = this.#frame = null;
      dialog.close();
      dialog.remove();
    }

    // Anybody may send a window messages: only our own frame at the login's origin is believed.
    #receive(event) {
      if (event.origin !== LOGIN_ORIGIN || !this.#frame || event.source !== this.#frame.contentWindow) return;
      const { type, ...rest } = event.data ?? {};
      if (type === "shamrock-login-height") this.#frame.style.height = `${Math.ceil(Number(rest.height) || 0)}px`;
      if (type === "shamrock-login-close") this.close();
      if (type !== "shamrock-login") return;
      const { sessionToken, role, userId, expiresIn } = rest;
      this.close();
      const detail = { sessionToken, role, userId, expiresIn };
      this.dispatchEvent(new CustomEvent("shamrock-login", { detail, bubbles: true, composed: true }));
    }
  }

  customElements.define("shamrock-login", ShamrockLogin);
})();
