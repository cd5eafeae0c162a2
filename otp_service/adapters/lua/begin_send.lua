-- Take the in-flight lock of a number for one send.
-- KEYS: audit, history, sending, deliveries, failures, lock.
-- ARGV: context, event, challenge id, lock ms, passcode ms, stop_at, ms since the request came in.
-- Returns {'begun', now ms, passcode expiry ms} | {'stopped'|'locked', ms left} | {'in_progress'}.
local sending, deliveries, failures, lock = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local event, id, lock_ms, passcode_ms = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local stop_at, age_ms = ARGV[6], tonumber(ARGV[7])
local now = now_ms()

local state, left = lockout(failures, lock, stop_at)
if state then
  append_event('send_refused', 'refused', state)
  return {state, left}
end
-- Of two requests at the same moment the second may begin only after the first has ended: it is the
-- same moment all the same when it came in before that.
local overlaps = tonumber(redis.call('HGET', deliveries, 'handed_over') or 0) > now - age_ms
if overlaps or not redis.call('SET', sending, id, 'NX', 'PX', lock_ms) then
  append_event('send_refused', 'refused', 'in_progress')
  return {'in_progress'}
end
write_delivery(deliveries, id, 'sending', now)
drop_oldest_delivery(deliveries)
append_event(event, 'pending')
return {'begun', now, now + tonumber(passcode_ms)}
