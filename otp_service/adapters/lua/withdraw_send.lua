-- End a send that was not confirmed: refused (its passcode goes) or unknown (its passcode stays).
-- KEYS: audit, history, sending, pending. ARGV: context, challenge id, event, outcome, reason,
-- 'drop' or 'keep' the passcode.
-- Returns {'ok'}.
local sending, pending = KEYS[3], KEYS[4]
local id = ARGV[2]

if ARGV[6] == 'drop' and redis.call('HGET', pending, 'id') == id then
  redis.call('DEL', pending)
end
if redis.call('GET', sending) == id then
  redis.call('DEL', sending)
end
append_event(ARGV[3], ARGV[4], ARGV[5])
return {'ok'}
