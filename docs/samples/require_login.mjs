// A step of an HTTP server (http, Express, Connect) that lets in whoever is logged in.
import { SessionCheck, SessionServiceUnavailableError } from './session_check.mjs';

const sessions = new SessionCheck(process.env.SERVICE_URL, process.env.SERVICE_KEY, { liveForS: 30 });

export async function requireLogin(request, response, next) {
  try {
    request.person = await sessions.session(cookieOf(request, '__Host-login'));
  } catch (error) {
    if (!(error instanceof SessionServiceUnavailableError)) throw error;
    response.writeHead(503).end();
    return;
  }
  if (request.person) next();
  else response.writeHead(401).end();
}

function cookieOf(request, name) {
  const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.slice(1).join('=') ?? '';
}
