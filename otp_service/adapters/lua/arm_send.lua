-- Make a new passcode answerable while its message is on its way.
-- KEYS: audit, history, sending, pending, challenge. ARGV: context, challenge id, digest, expiry ms.
-- Returns {'armed'} | {'lost'}: another send took the in-flight lock after ours ran out.
local sending, pending, challenge = KEYS[3], KEYS[4], KEYS[5]
local id, digest, expires_at = ARGV[2], ARGV[3], ARGV[4]

if redis.call('GET', sending) ~= id then
  return {'lost'}
end
-- One whose outcome nobody learned is the best guess at what the person has in hand.
if redis.call('EXISTS', pending) == 1 then
  redis.call('RENAME', pending, challenge)
end
redis.call('HSET', pending, 'id', id, 'digest', digest, 'tries', 0)
redis.call('PEXPIREAT', pending, expires_at)
append_event('passcode_issued', 'success')
return {'armed'}
