-- Open a number whose identity has changed: an administrator's act. The next login keeps the identity
-- that its own message came to.
-- KEYS: audit, history, identity, former owners, sessions, roles, challenge, parked, pending.
-- ARGV: context, 'same' | 'new', default role.
-- Returns {'accepted', 1 when it was refused until now, previous role, sessions ended} |
--   {'nothing', 0, role, 0} and no event when it changes nothing, as the same call does a second time.
local identity, former, sessions, roles = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local owner, default_role = ARGV[2], ARGV[3]

local was_refused = redis.call('HEXISTS', identity, 'changed')
local assignment = redis.call('HGET', roles, context.phone_id)
local previous = assignment and cjson.decode(assignment).role or default_role
local expected = expects_new_owner(identity, sessions)
if owner == 'same' then
  -- Of a new owner who is expected nothing is known that could be forgotten.
  if expected or redis.call('EXISTS', identity) == 0 then return {'nothing', 0, previous, 0} end
  redis.call('DEL', identity, KEYS[7], KEYS[8], KEYS[9])
  append_event('identity_accepted', 'success', 'same_owner')
  return {'accepted', was_refused, previous, 0}
end
-- A role that it has by now was given to somebody, who is not the owner after all.
if expected and not assignment then return {'nothing', 0, previous, 0} end
expect_new_owner(identity)
append_event('identity_accepted', 'success', 'new_owner')
-- A userId that nobody logged in with is still nobody's.
if not expected then redis.call('INCR', former) end
if assignment then
  redis.call('HDEL', roles, context.phone_id)
  append_event('role_removed', 'success', previous)
end
local ended = end_trust(sessions, {KEYS[7], KEYS[8], KEYS[9]}, 'new_owner')
return {'accepted', was_refused, previous, ended}
