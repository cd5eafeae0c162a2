// What may stand at OTP_SERVICE_URL that is not a well service. Prints its port; its path says what it does.
// GET /received: the bodies that came to each path so far.
import { createServer } from 'node:http';

const HEALTHY = JSON.stringify({ success: true, version: '0', timestamp: '2026-01-01T00:00:00+00:00' });
const received = {};

function answer(response, status, type, text, headers = {}) {
  response.writeHead(status, { 'Content-Type': type, ...headers }).end(text);
}

const behaviours = {
  '/page/': (response) => answer(response, 502, 'text/html', '<h1>Bad Gateway</h1>'),
  '/empty/': (response) => answer(response, 200, 'application/json', ''),
  '/null/': (response) => answer(response, 200, 'application/json', 'null'),
  '/stranger/': (response) => answer(response, 200, 'application/json', '{"success": "yes", "valid": "yes"}'),
  '/unwell/': (response) => answer(
    response, 503, 'application/json', '{"success": false, "message": "Away.", "code": "store_unavailable"}'),
  '/redirect/': (response) => answer(response, 307, 'text/plain', '', { Location: '/elsewhere/' }),
  '/forbidden/': (response) => answer(response, 403, 'text/html', '<h1>Forbidden</h1>'),
  '/missing/': (response) => answer(response, 404, 'text/html', '<h1>Not Found</h1>'),
  '/broken/': (response) => response.destroy(),
  '/silent/': () => {},
  // Unwell once, then well.
  '/recovering/': (response) => (received['/recovering/'].length === 1
    ? behaviours['/page/'](response)
    : answer(response, 200, 'application/json', HEALTHY)),
  '/well/': (response) => answer(response, 200, 'application/json', HEALTHY),
};

const server = createServer((request, response) => {
  if (request.url === '/received') {
    // The scripts block the asker's loop: by its next question a connection that was kept may have been closed.
    return answer(response, 200, 'application/json', JSON.stringify(received), { Connection: 'close' });
  }
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    (received[request.url] ??= []).push(JSON.parse(body));
    (behaviours[request.url] ?? behaviours['/missing/'])(response);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
