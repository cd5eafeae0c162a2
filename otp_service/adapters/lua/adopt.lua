-- Prelude of every script. While a pseudonym key changes, instances keep a number under different
-- record ids. Whatever is there under another id than ours becomes ours first, in the same atomic
-- step, so that a number's state is in one place however the instances take turns at it.
-- All keys share the shard's slot; they are named after KEYS[1] as in adapters/redis_keys.py.
-- context.other_ids: the ids to take from; context.kinds: the kinds of keys that a number has.

local function combine_strings(from, to)
  local added, kept = tonumber(redis.call('GET', from)), tonumber(redis.call('GET', to))
  if added and kept then redis.call('INCRBY', to, added) end
end

local function combine_sorted_sets(from, to)
  local found = redis.call('ZRANGE', from, 0, -1, 'WITHSCORES')
  for index = 1, #found, 2 do redis.call('ZADD', to, found[index + 1], found[index]) end
end

-- Of a field in both ours stays: a whole passcode of ours, and every delivery of theirs.
local function combine_hashes(from, to)
  local ours = redis.call('HGETALL', to)
  redis.call('HSET', to, unpack(redis.call('HGETALL', from)))
  redis.call('HSET', to, unpack(ours))
end

-- Whoever knows both ids adopts before it adds, so all of theirs are later than ours.
local function combine_lists(from, to)
  for _, id in ipairs(redis.call('LRANGE', from, 0, -1)) do redis.call('RPUSH', to, id) end
end

local COMBINE = {
  string = combine_strings, zset = combine_sorted_sets, hash = combine_hashes, list = combine_lists}

-- Both are there only if instances wrote that knew nothing of each other's key: nothing that
-- protects the number may get lost, so failures add up and whatever ends later counts.
local function combine(from, to)
  COMBINE[redis.call('TYPE', from).ok](from, to)
  local left, ours = redis.call('PTTL', from), redis.call('PTTL', to)
  if ours >= 0 and left > ours then redis.call('PEXPIRE', to, left) end
  redis.call('DEL', from)
end

local function adopt_role(roles, other)
  local role = redis.call('HGET', roles, other)
  if not role then return false end
  local ours = redis.call('HGET', roles, context.phone_id)
  if not ours or cjson.decode(ours).changedAt < cjson.decode(role).changedAt then
    redis.call('HSET', roles, context.phone_id, role)
  end
  redis.call('HDEL', roles, other)
  return true
end

-- Returns whether there was anything.
local function adopt(other)
  local tag = string.match(KEYS[1], '^{[^}]+}:')
  local found = adopt_role(tag .. 'roles', other)
  local theirs = {}
  for index, kind in ipairs(context.kinds) do theirs[index] = tag .. kind .. ':' .. other end
  if redis.call('EXISTS', unpack(theirs)) == 0 then return found end
  for index, kind in ipairs(context.kinds) do
    local ours = tag .. kind .. ':' .. context.phone_id
    if redis.call('EXISTS', theirs[index]) == 1 then
      if redis.call('EXISTS', ours) == 1 then
        combine(theirs[index], ours)
      else
        redis.call('RENAME', theirs[index], ours)
      end
    end
  end
  return true
end

local adopted = 0
for _, other in ipairs(context.other_ids or {}) do
  if adopt(other) then adopted = 1 end
end
