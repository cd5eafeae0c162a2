-- Take the in-flight lock of a number for one send.
-- KEYS: audit, history, sending, failures, lock.
-- ARGV: context, event, challenge id, lock ms, passcode ms, stop_at.
-- Returns {'begun', now ms, passcode expiry ms} | {'stopped'|'locked', ms left} | {'in_progress'}.
local sending, failures, lock = KEYS[3], KEYS[4], KEYS[5]
local event, id, lock_ms, passcode_ms, stop_at = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local state, left = lockout(failures, lock, stop_at)
if state then
  append_event('send_refused', 'refused', state)
  return {state, left}
end
if not redis.call('SET', sending, id, 'NX', 'PX', lock_ms) then
  append_event('send_refused', 'refused', 'in_progress')
  return {'in_progress'}
end
append_event(event, 'pending')
local now = now_ms()
return {'begun', now, now + tonumber(passcode_ms)}
