-- Reserve when one message may leave: of any `most` in a row the last leaves a second after the first.
-- KEYS: departures. ARGV: most messages a second, longest wait in microseconds.
-- Returns {1, microseconds to wait} | {0, microseconds until a wait is short enough}.
-- Time is Redis' own: the messages of all instances share one row.
local most, longest_wait = tonumber(ARGV[1]), tonumber(ARGV[2])
local second = 1000000
local time = redis.call('TIME')
local now = time[1] * second + time[2]

-- Newest first, so this is the one that has to be a second old.
local before = tonumber(redis.call('LINDEX', KEYS[1], most - 1) or 0)
local leaves_at = math.max(now, before + second)
local wait = leaves_at - now
if wait > longest_wait then
  return {0, wait - longest_wait}
end
redis.call('LPUSH', KEYS[1], string.format('%.0f', leaves_at))
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('PEXPIRE', KEYS[1], math.ceil((wait + second) / 1000))
return {1, wait}
