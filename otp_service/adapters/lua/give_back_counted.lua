-- Give one place of a sliding window counter back; never below zero, and never changing a TTL.
-- KEYS: current window, previous window (`limits` moves a count from the first to the second).
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) > 0 then
    return redis.call('DECR', key)
  end
end
return 0
