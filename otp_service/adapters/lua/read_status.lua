-- How one message and its passcode stand. Changes nothing.
-- KEYS: audit, history, deliveries, challenge, parked, pending, failures, lock.
-- ARGV: context, challenge id, stop_at.
-- Returns {delivery state or 'none', why it failed, passcode ms left, 'open'|'locked'|'stopped', ms left}.
local id = ARGV[2]
local delivery = read_delivery(KEYS[3], id) or {state = 'none', reason = ''}
local left = 0
for index = 4, 6 do
  if redis.call('HGET', KEYS[index], 'id') == id then left = redis.call('PTTL', KEYS[index]) end
end
local state, locked_ms = lockout(KEYS[7], KEYS[8], ARGV[3])
return {delivery.state, delivery.reason, left, state or 'open', locked_ms}
