-- End a send that was not confirmed: refused (its passcode goes) or unknown (its passcode stays).
-- KEYS: audit, history, sending, deliveries, pending, parked, challenge, identity, sessions.
-- ARGV: context, challenge id, event, outcome, reason, 'drop' or 'keep' the passcode.
-- Returns {'ok', 1 when the number is refused for its identity}.
local sending, deliveries, pending, parked = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id = ARGV[2]

local delivery = read_delivery(deliveries, id)
local alive = false
for _, key in ipairs({pending, parked}) do
  if redis.call('HGET', key, 'id') == id then
    alive = true
    if ARGV[6] == 'drop' then redis.call('DEL', key) end
  end
end
if ARGV[6] == 'drop' then
  redis.call('HDEL', deliveries, id)
else
  note_handed_over(deliveries, not alive)
end
if redis.call('GET', sending) == id then
  redis.call('DEL', sending)
end
append_event(ARGV[3], ARGV[4], ARGV[5])
if delivery and met_another_identity(ARGV[5]) then
  identity_changed(KEYS[8], delivery.since, KEYS[9], {pending, parked, KEYS[7]})
end
return {'ok', redis.call('HEXISTS', KEYS[8], 'changed')}
