-- Write once more that a number is refused, after a step that is not waited for: WAIT is about what its
-- own connection wrote, and a replica that has this has all that came before it.
-- KEYS: audit, history, identity. ARGV: context. Returns {'held'|'open'}.
local changed = redis.call('HGET', KEYS[3], 'changed')
if not changed then return {'open'} end
redis.call('HSET', KEYS[3], 'changed', changed)
return {'held'}
