-- Erase what identifies a person: all state of the number, and some of its events. Of each event a
-- sealed tombstone stays, laid before the event goes.
-- KEYS: audit, history, roles, then every key of the number's own.
-- ARGV: context (which names nobody), JSON array of the number's record ids, how many tombstones, then
--   id and tombstone of each.
-- Returns {'erased', events, 1 when there was any state}.
local record_ids, stones = cjson.decode(ARGV[2]), tonumber(ARGV[3])

local erased = 0
for index = 4, 3 + 2 * stones, 2 do
  local id = ARGV[index]
  local day = math.floor(tonumber(string.match(id, '^%d+')) / DAY_MS)
  -- One hash for each day, so that they expire as the events would have; named as the counters are.
  local key = KEYS[1] .. ':erased:' .. whole(day)
  redis.call('HSET', key, id, ARGV[index + 1])
  redis.call('PEXPIREAT', key, whole((day + 2) * DAY_MS + context.retention_ms))
  erased = erased + redis.call('XDEL', KEYS[1], id)
end
local had_state = redis.call('HDEL', KEYS[3], unpack(record_ids))
for index = 4, #KEYS do
  local key = KEYS[index]
  -- Perhaps a new owner: with the doubt forgotten, the next login must not get the former one's userId.
  if string.find(key, ':identity:', 1, true) and redis.call('HEXISTS', key, 'changed') == 1 then
    redis.call('INCR', (string.gsub(key, ':identity:', ':former_owners:')))
  end
  had_state = math.max(had_state, redis.call('DEL', key))
end
if erased + had_state > 0 then append_event('person_erased', 'success', tostring(erased)) end
return {'erased', erased, had_state}
