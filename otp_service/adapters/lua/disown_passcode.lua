-- The person says that they did not ask for this passcode: it stops working, and whoever has logged in
-- with it is logged out.
-- KEYS: audit, history, challenge, parked, pending, disowned, sessions.
-- ARGV: context, challenge id, how many in a day flag the number, a day in ms, how many of the number's
--   events to look through for its login, the session of it if that was found already, or ''.
-- Returns {'repeated'} | {'disowned', 1 when the passcode was still alive, how many today}.
local disowned, id = KEYS[6], ARGV[2]

-- Of the login that was won with this passcode; nil when there was none.
local function session_of_its_login()
  if ARGV[6] ~= '' then return ARGV[6] end
  for place = 1, tonumber(ARGV[5]) do
    local event_id = redis.call('LINDEX', KEYS[2], -place)
    if not event_id then return nil end
    local entry = redis.call('XRANGE', KEYS[1], event_id, event_id)[1]
    local fields = {}
    for index = 1, entry and #entry[2] or 0, 2 do fields[entry[2][index]] = entry[2][index + 1] end
    if fields.event == 'login_succeeded' and fields.request_id == id then return fields.session_id end
  end
end

-- One message is one word of the person, however often and for however many days Meta repeats it.
local now = now_ms()
if redis.call('ZADD', disowned, 'NX', whole(now), id) == 0 then
  return {'repeated'}
end
redis.call('ZREMRANGEBYSCORE', disowned, '-inf', whole(now - DELIVERIES_KEPT_MS))
redis.call('PEXPIRE', disowned, DELIVERIES_KEPT_MS)
local today = redis.call('ZCOUNT', disowned, whole(now - tonumber(ARGV[4])), '+inf')
local alive = 0
for index = 3, 5 do
  if redis.call('HGET', KEYS[index], 'id') == id then
    redis.call('DEL', KEYS[index])
    alive = 1
  end
end
append_event('passcode_disowned', 'success', alive == 1 and 'voided' or 'none_alive')
if today == tonumber(ARGV[3]) then
  append_event('number_flagged', 'success', 'passcodes_disowned')
end
local session_id = alive == 0 and session_of_its_login()
if session_id and redis.call('ZREM', KEYS[7], session_id) == 1 then
  context.session_id = session_id
  append_event('session_revoked', 'success', 'passcode_disowned')
end
return {'disowned', alive, today}
