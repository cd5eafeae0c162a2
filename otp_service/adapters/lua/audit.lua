-- Prelude of every script. Appends one audit event to the shard's stream, and its id to the number's
-- history, in the same atomic step as the change it records.
-- KEYS[1] is always the shard's audit stream, KEYS[2] the number's history.
-- ARGV[1] is always the event's context as JSON: who, from where, and retention_ms.
-- Time is Redis' own, in milliseconds: instances may disagree about it, the scripts never do.
local context = cjson.decode(ARGV[1])

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The fields are those of AuditRecord in domain/audit.py, always the same and in the same order: a stream then keeps their names only once.
local function append_event(event, outcome, reason, attempt_number)
  local oldest = string.format('%.0f', now_ms() - context.retention_ms)
  local id = redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*',
    'event', event, 'outcome', outcome, 'reason', reason or '',
    'phone_id', context.phone_id, 'masked_phone', context.masked_phone,
    'client_id', context.client_id, 'ip', context.ip, 'user_agent', context.user_agent,
    'request_id', context.request_id, 'http_request_id', context.http_request_id,
    'message_id', context.message_id, 'attempt_number', attempt_number or '',
    'session_id', context.session_id)
  redis.call('PEXPIRE', KEYS[1], context.retention_ms)
  redis.call('RPUSH', KEYS[2], id)
  redis.call('PEXPIRE', KEYS[2], context.retention_ms)
  -- A few at a time: a long history must not hold everybody up, and each event brings only one more.
  for _ = 1, 16 do
    local first = redis.call('LINDEX', KEYS[2], 0)
    if not first or tonumber(string.match(first, '^%d+')) >= tonumber(oldest) then break end
    redis.call('LPOP', KEYS[2])
  end
end
