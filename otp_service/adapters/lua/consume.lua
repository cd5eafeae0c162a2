-- Turn a matched challenge into a session, once. Of N parallel right answers one finds it alive.
-- KEYS: audit, history, challenge, parked, pending, failures, lock, sessions, roles, deliveries,
--   identity, former owners.
-- ARGV: context (with session id), challenge id, attempt number, default role,
--   JSON object role -> session seconds of the roles that may log in, passcode ms,
--   'keep' the identity of the number's first login, or ''.
-- Returns {'granted', role, issued at, expires at, former owners} in Unix seconds | {'gone'}.
local challenge, parked, pending = KEYS[3], KEYS[4], KEYS[5]
local failures, lock, sessions, roles = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local id, attempt, default_role = ARGV[2], ARGV[3], ARGV[4]

local alive, waited_ms, came_to = false, 0, false
for _, key in ipairs({challenge, parked, pending}) do
  if redis.call('HGET', key, 'id') == id then
    alive = true
    came_to = redis.call('HGET', key, 'identity')
    -- A passcode lives from its making, so what it has left says how long the login took.
    waited_ms = tonumber(ARGV[6]) - redis.call('PTTL', key)
  end
end
if not alive then
  append_event('attempt_refused', 'refused', 'already_used', attempt)
  return {'gone'}
end
local assignment = redis.call('HGET', roles, context.phone_id)
local role = assignment and cjson.decode(assignment).role or default_role
local lives_s = cjson.decode(ARGV[5])[role]
if not lives_s then
  append_event('attempt_refused', 'refused', 'test_number', attempt)
  return {'gone'}
end
redis.call('DEL', challenge, parked, pending, failures, lock)
end_unverified_row(KEYS[10])
local former = former_owners(KEYS[11], KEYS[12])
if ARGV[7] == 'keep' then logged_in_as(KEYS[11], id, came_to) end

local issued_at = math.floor(now_ms() / 1000)
local expires_at = issued_at + lives_s

redis.call('ZREMRANGEBYSCORE', sessions, '-inf', issued_at)
redis.call('ZADD', sessions, expires_at, context.session_id)
local last = redis.call('ZRANGE', sessions, -1, -1, 'WITHSCORES')[2]
redis.call('EXPIREAT', sessions, last)
append_event('login_succeeded', 'success', role, attempt)
count_duration('to_login', waited_ms)
return {'granted', role, issued_at, expires_at, former}
