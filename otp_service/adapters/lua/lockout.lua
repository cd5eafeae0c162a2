-- Prelude of every script. The lock-out of one number.
-- Returns nil, or 'stopped' (only an administrator opens it), or 'locked' with milliseconds left.
local function lockout(failures_key, lock_key, stop_at)
  if tonumber(redis.call('GET', failures_key) or 0) >= tonumber(stop_at) then
    return 'stopped', 0
  end
  local left = redis.call('PTTL', lock_key)
  if left > 0 then
    return 'locked', left
  end
  return nil, 0
end
