// The page's code. #login is the Custom Element, #news a text, #log-out a button.
import { local } from 'wix-storage-frontend';
import { logOut, myPayments, whoIsLoggedIn } from 'backend/shamrock-login.web';

const KEPT_AS = 'shamrock-session';

$w.onReady(() => {
  $w('#login').on('shamrock-login', ({ detail }) => show(detail.sessionToken));
  $w('#log-out').onClick(leave);
  return show(local.getItem(KEPT_AS));
});

async function show(sessionToken) {
  const person = sessionToken && (await whoIsLoggedIn(sessionToken));
  if (!person) return local.removeItem(KEPT_AS);
  local.setItem(KEPT_AS, sessionToken);
  $w('#login').hide();
  const payments = await myPayments(sessionToken);
  $w('#news').text = payments.map(({ due, amount }) => `$${amount} on ${due}`).join(', ');
}

async function leave() {
  await logOut(local.getItem(KEPT_AS));
  local.removeItem(KEPT_AS);
  $w('#news').text = '';
  $w('#login').show();
}
