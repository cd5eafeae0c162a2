-- Give a number its failures back: an administrator's act. Returns {'cleared', failures}.
-- KEYS: audit, history, failures, lock. ARGV: context.
local failed = tonumber(redis.call('GET', KEYS[3]) or 0)
redis.call('DEL', KEYS[3], KEYS[4])
append_event('lockout_cleared', 'success', tostring(failed))
return {'cleared', failed}
