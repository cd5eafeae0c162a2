-- Read a part of one number's events, newest first. Changes nothing (but see adopt.lua).
-- KEYS: audit, history.
-- ARGV: context, ms and sequence of the id that all must be below, ms that none may be before, count.
-- Returns {{id, {field, value, ...}}, ...}; no fields where the event is gone. Fewer than count is the end.
local end_ms, end_sequence = tonumber(ARGV[2]), tonumber(ARGV[3])
local since, count = tonumber(ARGV[4]), tonumber(ARGV[5])

local function at(index)
  local id = redis.call('LINDEX', KEYS[2], index)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
  return id, tonumber(ms), tonumber(sequence)
end

-- The ids ascend: find the first one that is not below the end by halving.
local low, high = 0, redis.call('LLEN', KEYS[2])
while low < high do
  local middle = math.floor((low + high) / 2)
  local _, ms, sequence = at(middle)
  if ms < end_ms or (ms == end_ms and sequence < end_sequence) then
    low = middle + 1
  else
    high = middle
  end
end

local found = {}
for index = low - 1, math.max(0, low - count), -1 do
  local id, ms = at(index)
  if ms < since then break end
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  found[#found + 1] = {id, entry and entry[2] or {}}
end
return found
