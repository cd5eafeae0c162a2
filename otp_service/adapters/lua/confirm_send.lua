-- Meta took the message: its passcode replaces the earlier ones, and the in-flight lock ends.
-- KEYS: audit, history, sending, sent, pending, parked, challenge.
-- ARGV: context (with message_id), challenge id, ms to remember the moment.
-- Returns {'confirmed', ms left}; 0 left when a login or its expiry ended the passcode meanwhile.
local sending, sent = KEYS[3], KEYS[4]
local pending, parked, challenge = KEYS[5], KEYS[6], KEYS[7]
local id = ARGV[2]

if redis.call('HGET', pending, 'id') == id then
  redis.call('RENAME', pending, challenge)
  redis.call('DEL', parked)
elseif redis.call('HGET', parked, 'id') == id then
  -- Confirmed so late that another send has begun: that one's passcode is newer, and stays.
  redis.call('RENAME', parked, challenge)
end
if redis.call('GET', sending) == id then
  redis.call('DEL', sending)
end
redis.call('SET', sent, string.format('%.0f', now_ms()), 'PX', ARGV[3])
append_event('send_accepted', 'success')
if redis.call('HGET', challenge, 'id') == id then
  return {'confirmed', redis.call('PTTL', challenge)}
end
return {'confirmed', 0}
