-- The person behind a number told Meta that something has changed: whoever is logged in logs in again.
-- KEYS: audit, history, deliveries, sessions, challenge, parked, pending.
-- ARGV: context, Meta's word for the change, Unix seconds at which Meta says it was told.
-- Returns {'unknown'} | {'repeated'} | {'distrusted', sessions ended}.
local deliveries, sessions = KEYS[3], KEYS[4]

if redis.call('EXISTS', unpack(KEYS, 2)) == 0 then
  return {'unknown'}
end
-- Meta repeats what it tells for seven days, and the person may have logged in again since. An instant
-- to come would hide what is told until then.
local told_at = math.min(tonumber(ARGV[3]), math.floor(now_ms() / 1000))
if tonumber(redis.call('HGET', deliveries, 'distrusted') or 0) >= told_at then
  return {'repeated'}
end
redis.call('HSET', deliveries, 'distrusted', whole(told_at))
redis.call('PEXPIRE', deliveries, DELIVERIES_KEPT_MS)
append_event('trust_ended', 'success', ARGV[2])
return {'distrusted', end_trust(sessions, {KEYS[5], KEYS[6], KEYS[7]}, 'trust_ended')}
