// The person: their WhatsApp is the simulator's inbox.
import assert from 'node:assert/strict';

/** The codes that came to this number (E.164), newest last. */
export async function codesSentTo(number) {
  const query = new URLSearchParams({ to: number });
  const response = await fetch(`${process.env.SIMULATOR_ADDRESS}/inbox/messages?${query}`);
  return (await response.json()).map((message) => message.code);
}

export async function codeSentTo(number) {
  const codes = await codesSentTo(number);
  assert.ok(codes.length > 0, 'no message came');
  return codes.at(-1);
}

/** Six digits that are not the code. */
export function wrong(code) {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
