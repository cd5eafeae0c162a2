-- Drop the places of a number's history that are older than the retention, some at a time.
-- KEYS: audit, history. ARGV: context, Unix ms of the oldest event to keep, how many at most.
-- Returns {how many were dropped}.
local dropped = 0
while dropped < tonumber(ARGV[3]) do
  local first = redis.call('LINDEX', KEYS[2], 0)
  if not first or tonumber(string.match(first, '^%d+')) >= tonumber(ARGV[2]) then break end
  redis.call('LPOP', KEYS[2])
  dropped = dropped + 1
end
return {dropped}
