-- Give one place of a moving window back, known by the instant at which it was taken.
-- KEYS: the window's list. ARGV: the instant as it was given to `limits`.
-- Compared as numbers: servers write one down differently.
for _, taken_at in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if tonumber(taken_at) == tonumber(ARGV[1]) then
    return redis.call('LREM', KEYS[1], 1, taken_at)
  end
end
return 0
