// Wix as far as docs/samples/wix asks it: Node's loader finds Velo's modules here.
//   wix-fetch is Node's own fetch, and `https://login.example.com` the running service.
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = import.meta.url;
const SAMPLES = new URL('../../docs/samples/wix/', HERE).href;

/** What the site's owner set up, and what its pages keep. */
export const site = {
  secrets: { shamrock_login_key: process.env.SERVICE_KEY },
  storage: new Map(),
  elements: new Map(),
};

export const fetch = (url, options) =>
  globalThis.fetch(url.replace('https://login.example.com', process.env.SERVICE_ADDRESS), options);
export default { getSecret: async (name) => site.secrets[name] };
export const Permissions = { Anyone: 'Anyone' };
export const webMethod = (_permission, method) => method;
export const local = {
  getItem: (name) => site.storage.get(name) ?? null,
  setItem: (name, value) => site.storage.set(name, value),
  removeItem: (name) => { site.storage.delete(name); },
};

class PageElement {
  text = '';
  isShown = true;
  handlers = {};
  on(name, handler) { this.handlers[name] = handler; }
  onClick(handler) { this.handlers.click = handler; }
  hide() { this.isShown = false; }
  show() { this.isShown = true; }
}

globalThis.$w = (selector) => {
  if (!site.elements.has(selector)) site.elements.set(selector, new PageElement());
  return site.elements.get(selector);
};
globalThis.$w.onReady = (start) => { site.ready = start(); };

const HOOKS = `
  export async function resolve(specifier, context, next) {
    if (specifier.startsWith('wix-')) return { url: ${JSON.stringify(HERE)}, shortCircuit: true };
    if (specifier.startsWith('backend/')) {
      const url = ${JSON.stringify(SAMPLES)} + specifier.slice('backend/'.length) + '.js';
      return { url, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  }
  export async function load(url, context, next) {
    return next(url, url.startsWith(${JSON.stringify(SAMPLES)}) ? { ...context, format: 'module' } : context);
  }`;
register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);

export const sample = (name) => import(fileURLToPath(new URL(name, SAMPLES)));
