// The screen of own_screen.html. It knows this app's addresses only, and no key.
const NEWS = {
  sending: 'Sending …',
  accepted: 'On its way.',
  sent: 'On its way.',
  delivered: 'Delivered: check your phone.',
  read: 'Read: type its code here.',
  failed: 'It did not arrive. Does this number have WhatsApp?',
};
const element = (id) => document.getElementById(id);
let watching = new AbortController();

async function ask(path, members, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(members),
    signal,
  });
  return { ok: response.ok, answer: await response.json() };
}

/** The answer. A refusal's sentence is shown as it is. */
async function act(path, members) {
  element('refusal').textContent = '';
  const { ok, answer } = await ask(path, members).catch(() => ({ answer: { message: 'No connection.' } }));
  if (!ok || answer.valid === false) element('refusal').textContent = answer.message;
  return answer;
}

async function askForCode(path, members) {
  const { awaitsCode, expiresIn = 600 } = await act(path, members);
  if (!awaitsCode) return;
  element('number-form').hidden = true;
  element('code-form').hidden = false;
  element('code').focus();
  watching.abort();
  watching = new AbortController();
  watch(watching.signal, Date.now() + expiresIn * 1000);
}

/** Show how the message stands while the code works. An answer waits until there is news. */
async function watch(signal, end) {
  let shown = 'sending';
  while (!signal.aborted && Date.now() < end && shown !== 'read') {
    const { ok, answer } = await ask('/login/status', { after: shown }, signal).catch(() => ({ answer: {} }));
    if (signal.aborted || (ok && !answer.expiresIn)) return;
    const isNews = ok && answer.status !== shown;
    if (ok) shown = answer.status;
    element('news').textContent = NEWS[shown] ?? '';
    const pauseS = isNews ? 0 : answer.retryAfter ?? 2;
    await new Promise((resolve) => setTimeout(resolve, pauseS * 1000));
  }
}

element('number-form').addEventListener('submit', (event) => {
  event.preventDefault();
  askForCode('/login/send', { phoneNumber: element('number').value });
});
element('resend').addEventListener('click', () => askForCode('/login/resend', {}));
element('code-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { valid } = await act('/login/code', { otpCode: element('code').value });
  if (valid) location.assign('/account');
});
