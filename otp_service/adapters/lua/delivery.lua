-- Prelude of every script. What is known of a number's last messages: one hash for each number,
-- challenge id -> 'state:since when in ms:why it failed', 'handed_over' -> the ms of the last one, and
-- 'unverified' -> how many there were in a row without a login (see send_wait.lua). 'distrusted' is
-- when the person last told Meta of a change, in Unix seconds (see distrust_number.lua).
-- The states only rise, so reports may come late, twice and in any order, and end the same.
local DELIVERY_RANK = {sending = 0, accepted = 1, sent = 2, failed = 3, delivered = 4, read = 5}
-- Meta repeats reports for seven days.
local DELIVERIES_KEPT_MS = 8 * DAY_MS
local MAX_DELIVERIES = 24

local function read_delivery(deliveries, id)
  local kept = redis.call('HGET', deliveries, id)
  local state, since, reason = string.match(kept or '', '^(%l+):(%d+):(.*)$')
  -- Not one, or a field of another kind, which a caller may ask for as well.
  if not state then return nil end
  return {state = state, since = tonumber(since), reason = reason}
end

local function write_delivery(deliveries, id, state, since, reason)
  redis.call('HSET', deliveries, id, state .. ':' .. whole(since) .. ':' .. (reason or ''))
  redis.call('PEXPIRE', deliveries, DELIVERIES_KEPT_MS)
end

-- Whoever asks for very many messages is told about the newest only.
local function drop_oldest_delivery(deliveries)
  local others = redis.call('HEXISTS', deliveries, 'handed_over')
    + redis.call('HEXISTS', deliveries, 'unverified')
    + redis.call('HEXISTS', deliveries, 'distrusted')
  if redis.call('HLEN', deliveries) - others <= MAX_DELIVERIES then return end
  local oldest, oldest_since
  local all = redis.call('HGETALL', deliveries)
  for index = 1, #all, 2 do
    local since = tonumber(string.match(all[index + 1], ':(%d+):'))
    if since and (not oldest or since < oldest_since) then
      oldest, oldest_since = all[index], since
    end
  end
  redis.call('HDEL', deliveries, oldest)
end
