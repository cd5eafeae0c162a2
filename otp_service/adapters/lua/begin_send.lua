-- Take the in-flight lock of a number for one send.
-- KEYS: audit, history, sending, deliveries, failures, lock, identity.
-- ARGV: context, event, challenge id, lock ms, passcode ms, stop_at, ms since the request came in,
--   waits (see send_wait.lua).
-- Returns {'begun', now ms, passcode expiry ms, the only identity that may get it or ''}
--   | {'stopped'|'locked'|'wait', ms left} | {'in_progress'|'identity_changed'}.
local sending, deliveries, failures, lock = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local event, id, lock_ms, passcode_ms = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local stop_at, age_ms, waits = ARGV[6], tonumber(ARGV[7]), ARGV[8]
local now = now_ms()

local identity, changed = unpack(redis.call('HMGET', KEYS[7], 'hash', 'changed'))
if changed then
  append_event('send_refused', 'refused', 'identity_changed')
  return {'identity_changed'}
end
local state, left = lockout(failures, lock, stop_at)
if state then
  append_event('send_refused', 'refused', state)
  return {state, left}
end
-- Of two requests at the same moment the second may begin only after the first has ended: it is the
-- same moment all the same when it came in before that. (Redis' clock may have been set back since.)
local last, unverified = unverified_row(deliveries, now)
local overlaps = last > now - age_ms and last <= now
-- Before the lock is taken, and with it any place in a limit.
local wait_ms = overlaps and 0 or send_wait(last, unverified, waits, now)
if wait_ms > 0 then
  append_event('send_refused', 'refused', 'rate_limited:wait')
  return {'wait', wait_ms}
end
if overlaps or not redis.call('SET', sending, id, 'NX', 'PX', lock_ms) then
  append_event('send_refused', 'refused', 'in_progress')
  return {'in_progress'}
end
write_delivery(deliveries, id, 'sending', now)
drop_oldest_delivery(deliveries)
append_event(event, 'pending')
return {'begun', now, now + tonumber(passcode_ms), identity or ''}
