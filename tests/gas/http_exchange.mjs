// One HTTP request for the UrlFetchApp stand-in, which must wait for its answer: a process of its own.
// In: {url, method, headers, payload, limitMs}. Out: {status, text}, or {failure} as UrlFetchApp begins it.
import { request } from 'node:http';
import { readFileSync } from 'node:fs';

const { url, method, headers, payload, limitMs } = JSON.parse(readFileSync(0, 'utf8'));

function end(outcome) {
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
}

// node:http follows no redirect, which is what `followRedirects: false` asks for.
const sent = request(url, { method, headers }, (response) => {
  response.setEncoding('utf8');
  let text = '';
  response.on('data', (part) => { text += part; });
  response.on('end', () => end({ status: response.statusCode, text }));
});
sent.on('error', () => end({ failure: 'Address unavailable' }));
setTimeout(() => end({ failure: 'Timeout' }), limitMs);
sent.end(payload);
