-- End one session, or all of a number's. Ending none is no change and leaves no event.
-- KEYS: audit, history, sessions. ARGV: context, session id or '' for all.
-- Returns {'ended', how many}.
local sessions, id = KEYS[3], ARGV[2]

if id ~= '' then
  local ended = redis.call('ZREM', sessions, id)
  if ended == 1 then append_event('session_revoked', 'success') end
  return {'ended', ended}
end
local ended = redis.call('ZCOUNT', sessions, math.floor(now_ms() / 1000) + 1, '+inf')
redis.call('DEL', sessions)
if ended > 0 then append_event('sessions_ended', 'success', 'everywhere') end
return {'ended', ended}
