-- Prelude of every script. Whose phone a number is: one hash for each number.
-- 'hash': the identity that the message of its first login came to, as Meta gave it; 'since': when it
-- was kept, in ms. 'awaits': the challenge id of a login whose message no report has told of yet.
-- 'changed': when Meta said that the number has another identity now, in ms; until an administrator
-- has looked, nobody gets a code or a session. 'expected': 1 from when an administrator accepted a new
-- owner until the first login after it; then there is nothing else.

local function keep_identity(identity, hash)
  redis.call('HSET', identity, 'hash', hash, 'since', whole(now_ms()))
  redis.call('HDEL', identity, 'awaits')
end

local function expect_new_owner(identity)
  redis.call('DEL', identity)
  redis.call('HSET', identity, 'expected', 1)
end

-- A mark beside anything else is from before a login: of the number's other name (lua/adopt.lua).
local function expects_new_owner(identity, sessions)
  return redis.call('HEXISTS', identity, 'expected') == 1 and redis.call('HLEN', identity) == 1
    and redis.call('EXISTS', sessions) == 0
end

-- Somebody logged in: from then on the newest userId is theirs. Returns how many owners there were before.
local function former_owners(identity, former)
  local count = tonumber(redis.call('GET', former) or 0)
  if count > 0 then redis.call('HDEL', identity, 'expected') end
  return count
end

-- Nobody is believed any more who has a session or a passcode of this number.
-- Returns how many sessions ended.
local function end_trust(sessions, passcodes, reason)
  redis.call('DEL', unpack(passcodes))
  local ended = redis.call('ZCOUNT', sessions, math.floor(now_ms() / 1000) + 1, '+inf')
  redis.call('DEL', sessions)
  if ended > 0 then append_event('sessions_ended', 'success', reason) end
  return ended
end

-- Meta says that a message begun at `begun_at` met another identity than the one that is kept. About
-- messages of before it was kept that says nothing: it is as an administrator accepted it since.
local function identity_changed(identity, begun_at, sessions, passcodes)
  local since, changed = unpack(redis.call('HMGET', identity, 'since', 'changed'))
  if not since or changed or begun_at < tonumber(since) then return end
  redis.call('HSET', identity, 'changed', whole(now_ms()))
  append_event('identity_changed', 'failure')
  end_trust(sessions, passcodes, 'identity_changed')
end

-- Whether that is why a message failed, in the audit's words (domain/errors.py).
local function met_another_identity(failure)
  return string.match(failure, '^[^:]*') == 'identity_changed'
end

-- Meta says that the message of challenge `id` came to the identity `hash`.
local function told_identity(identity, id, begun_at, hash, sessions, passcodes)
  local kept, awaits = unpack(redis.call('HMGET', identity, 'hash', 'awaits'))
  if kept then
    if kept ~= hash then identity_changed(identity, begun_at, sessions, passcodes) end
  elseif awaits == id then
    keep_identity(identity, hash)
  else
    -- Its login may follow.
    for _, key in ipairs(passcodes) do
      if redis.call('HGET', key, 'id') == id then redis.call('HSET', key, 'identity', hash) end
    end
  end
end

-- A login with challenge `id`, whose message came to `hash`, false when no report has told yet.
local function logged_in_as(identity, id, hash)
  if redis.call('HEXISTS', identity, 'hash') == 1 then return end
  if hash then
    keep_identity(identity, hash)
  else
    redis.call('HSET', identity, 'awaits', id)
  end
end
