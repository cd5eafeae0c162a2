-- Make a new passcode answerable while its message is on its way.
-- KEYS: audit, history, sending, pending, parked.
-- ARGV: context, challenge id, digest, expiry ms, remark.
-- Returns {'armed'} | {'lost'}: another send took the in-flight lock after ours ran out.
local sending, pending, parked = KEYS[3], KEYS[4], KEYS[5]
local id, digest, expires_at = ARGV[2], ARGV[3], ARGV[4]

if redis.call('GET', sending) ~= id then
  return {'lost'}
end
-- Left by a send that nobody learned the end of: its message may be in the person's hand.
if redis.call('EXISTS', pending) == 1 then
  redis.call('RENAME', pending, parked)
end
-- In two parts: with a value of more than 64 bytes Redis keeps a hash as a table, in twice the memory.
local half = math.floor(#digest / 2)
redis.call('HSET', pending, 'id', id, 'tries', 0,
  'digest_start', string.sub(digest, 1, half), 'digest_end', string.sub(digest, half + 1))
redis.call('PEXPIREAT', pending, expires_at)
append_event('passcode_issued', 'success', ARGV[5])
return {'armed'}
