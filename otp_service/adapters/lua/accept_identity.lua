-- Open a number whose identity has changed: an administrator's act. The next login keeps the identity
-- that its own message came to.
-- KEYS: audit, history, identity, former owners, sessions, roles, challenge, parked, pending.
-- ARGV: context, 'same' | 'new', default role.
-- Returns {'accepted', 1 when it was refused until now, previous role, sessions ended}.
local identity, former, sessions, roles = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local owner, default_role = ARGV[2], ARGV[3]

local was_refused = redis.call('HEXISTS', identity, 'changed')
redis.call('DEL', identity)
append_event('identity_accepted', 'success', owner .. '_owner')
local assignment = redis.call('HGET', roles, context.phone_id)
local previous = assignment and cjson.decode(assignment).role or default_role
if owner == 'same' then
  redis.call('DEL', KEYS[7], KEYS[8], KEYS[9])
  return {'accepted', was_refused, previous, 0}
end
redis.call('INCR', former)
if assignment then
  redis.call('HDEL', roles, context.phone_id)
  append_event('role_removed', 'success', previous)
end
local ended = end_trust(sessions, {KEYS[7], KEYS[8], KEYS[9]}, 'new_owner')
return {'accepted', was_refused, previous, ended}
