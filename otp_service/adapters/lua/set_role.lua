-- Give a number a role of its own, or take it back; a change of role ends the number's sessions.
-- KEYS: audit, history, sessions, roles. ARGV: context, role or '' to remove, assignment JSON
-- (its changedAt is set here), default role.
-- Returns {'set', previous role, sessions ended}.
local sessions, roles = KEYS[3], KEYS[4]
local role, default_role = ARGV[2], ARGV[4]

local kept = redis.call('HGET', roles, context.phone_id)
local previous = kept and cjson.decode(kept).role or default_role
local next_role = role ~= '' and role or default_role
if (kept and role == previous) or (not kept and role == '') then
  return {'set', previous, 0}
end
if role ~= '' then
  local assignment = cjson.decode(ARGV[3])
  assignment.changedAt = math.floor(now_ms() / 1000)
  redis.call('HSET', roles, context.phone_id, cjson.encode(assignment))
  append_event('role_set', 'success', role)
else
  redis.call('HDEL', roles, context.phone_id)
  append_event('role_removed', 'success', previous)
end
local ended = 0
if next_role ~= previous then
  ended = redis.call('ZCOUNT', sessions, math.floor(now_ms() / 1000) + 1, '+inf')
  redis.call('DEL', sessions)
  if ended > 0 then append_event('sessions_ended', 'success', 'role_changed') end
end
return {'set', previous, ended}
