-- Meta took the message: its passcode replaces the earlier one, and the in-flight lock ends.
-- KEYS: audit, history, sending, pending, challenge. ARGV: context (with message_id), challenge id.
-- Returns {'confirmed', ms left}; 0 left when a login or its expiry ended the passcode meanwhile.
local sending, pending, challenge = KEYS[3], KEYS[4], KEYS[5]
local id = ARGV[2]

if redis.call('HGET', pending, 'id') == id then
  redis.call('RENAME', pending, challenge)
end
if redis.call('GET', sending) == id then
  redis.call('DEL', sending)
end
append_event('send_accepted', 'success')
if redis.call('HGET', challenge, 'id') == id then
  return {'confirmed', redis.call('PTTL', challenge)}
end
return {'confirmed', 0}
