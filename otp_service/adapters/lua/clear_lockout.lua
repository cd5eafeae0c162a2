-- Give a number its failures back, and its wait for the next message: an administrator's act.
-- KEYS: audit, history, failures, lock, deliveries. ARGV: context. Returns {'cleared', failures}.
local failed = tonumber(redis.call('GET', KEYS[3]) or 0)
redis.call('DEL', KEYS[3], KEYS[4])
end_unverified_row(KEYS[5])
append_event('lockout_cleared', 'success', tostring(failed))
return {'cleared', failed}
