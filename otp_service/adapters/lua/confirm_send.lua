-- Meta took the message: its passcode replaces the earlier ones, and the in-flight lock ends.
-- KEYS: audit, history, sending, deliveries, pending, parked, challenge.
-- ARGV: context (with message_id), challenge id, remark.
-- Returns {'confirmed', ms left}; 0 left when a login or its expiry ended the passcode meanwhile.
local sending, deliveries = KEYS[3], KEYS[4]
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
local alive = redis.call('HGET', challenge, 'id') == id
-- A person can be faster than Meta's answer.
note_handed_over(deliveries, not alive)
-- A report can overtake the answer that it reports about.
local delivery = read_delivery(deliveries, id)
if delivery and delivery.state == 'sending' then
  write_delivery(deliveries, id, 'accepted', now_ms())
end
append_event('send_accepted', 'success', ARGV[3])
redis.call('PUBLISH', 'otp:delivery', id)
if alive then
  return {'confirmed', redis.call('PTTL', challenge)}
end
return {'confirmed', 0}
