-- The person says that they did not ask for this passcode: it stops working.
-- KEYS: audit, history, challenge, parked, pending, disowned.
-- ARGV: context, challenge id, how many in a day flag the number, a day in ms.
-- Returns {'repeated'} | {'disowned', 1 when the passcode was still alive, how many today}.
local disowned, id = KEYS[6], ARGV[2]

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
return {'disowned', alive, today}
