-- How one message and its passcode stand. Changes nothing (but see adopt.lua).
-- KEYS: audit, history, deliveries, challenge, parked, pending, failures, lock, identity.
-- ARGV: context, challenge id, stop_at, waits (see send_wait.lua).
-- Returns {delivery state or 'none', why it failed, passcode ms left, 'open'|'locked'|'stopped', ms left,
--   ms until the number may be sent another message}.
local id = ARGV[2]
local delivery = read_delivery(KEYS[3], id) or {state = 'none', reason = ''}
local left = 0
for index = 4, 6 do
  if redis.call('HGET', KEYS[index], 'id') == id then left = redis.call('PTTL', KEYS[index]) end
end
local state, locked_ms = lockout(KEYS[7], KEYS[8], ARGV[3])
-- Only an administrator ends that as well.
if redis.call('HEXISTS', KEYS[9], 'changed') == 1 then state, locked_ms = 'stopped', 0 end
local now = now_ms()
local last, unverified = unverified_row(KEYS[3], now)
local wait_ms = send_wait(last, unverified, ARGV[4], now)
return {delivery.state, delivery.reason, left, state or 'open', locked_ms, wait_ms}
