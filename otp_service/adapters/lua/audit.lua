-- Prelude of every script. Appends one audit event to the shard's stream, its id to the number's
-- history, its link to the shard's chain and its figure to the shard's counters, in the same atomic
-- step as the change it records.
-- KEYS[1] is always the shard's audit stream, KEYS[2] the number's history. The chain's head and the
-- counters are named after KEYS[1]: they share its slot, and which hour it is only Redis' clock says.
-- ARGV[1] is always the event's context as JSON: who, from where, and retention_ms.
-- Time is Redis' own, in milliseconds: instances may disagree about it, the scripts never do.
local context = cjson.decode(ARGV[1])
local HOUR_MS, DAY_MS = 3600000, 86400000
-- As domain/audit_summary.py says: hours are for looking closely, days are kept with the events.
local HOURS_KEPT_MS = 15 * DAY_MS

-- One moment for all that a script does.
local started_ms
local function now_ms()
  if not started_ms then
    local time = redis.call('TIME')
    started_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return started_ms
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Add one to a figure of the current hour and of the current day.
local function count(figure)
  local now = now_ms()
  local hour = KEYS[1] .. ':hour:' .. whole(math.floor(now / HOUR_MS))
  local day = KEYS[1] .. ':day:' .. whole(math.floor(now / DAY_MS))
  redis.call('HINCRBY', day, figure, 1)
  -- Only where the figure is new in this hour: both are kept for longer than they take, and since
  -- the day's first event the retention may have been made longer.
  if redis.call('HINCRBY', hour, figure, 1) == 1 then
    redis.call('PEXPIRE', hour, HOURS_KEPT_MS)
    redis.call('PEXPIRE', day, whole(context.retention_ms + DAY_MS))
  end
end

-- Count a duration in the bucket that domain/audit_summary.py reads it back from.
local function count_duration(name, duration_ms)
  local bucket = math.max(0, math.ceil(math.log(math.max(duration_ms, 1) / 100) / math.log(1.25)))
  count(name .. '|' .. whole(bucket) .. '|')
end

-- Each text with its length before it (netstrings), so that no two events can read the same.
local function link_of(entry_id, fields)
  local parts = {#entry_id .. ':' .. entry_id}
  for index, text in ipairs(fields) do
    parts[index + 1] = #text .. ':' .. text
  end
  return redis.sha1hex(table.concat(parts, ','))
end

local function remember_in_history(id, oldest)
  redis.call('RPUSH', KEYS[2], id)
  redis.call('PEXPIRE', KEYS[2], context.retention_ms)
  -- A few at a time: a long history must not hold everybody up, and each event brings only one more.
  for _ = 1, 16 do
    local first = redis.call('LINDEX', KEYS[2], 0)
    if not first or tonumber(string.match(first, '^%d+')) >= oldest then break end
    redis.call('LPOP', KEYS[2])
  end
end

-- The fields are those of AuditRecord in domain/audit.py, always the same and in the same order: a
-- stream then keeps their names only once. `chain` is the link of the event before it; the event's
-- own link is kept in the head until the next one comes.
local function append_event(event, outcome, reason, attempt_number)
  local head = KEYS[1] .. ':head'
  local oldest = now_ms() - context.retention_ms
  reason = reason or ''
  local fields = {
    'event', event, 'outcome', outcome, 'reason', reason,
    'phone_id', context.phone_id, 'masked_phone', context.masked_phone, 'country', context.country,
    'client_id', context.client_id, 'ip', context.ip, 'user_agent', context.user_agent,
    'request_id', context.request_id, 'http_request_id', context.http_request_id,
    'message_id', context.message_id, 'attempt_number', tostring(attempt_number or ''),
    'session_id', context.session_id, 'chain', redis.call('HGET', head, 'link') or ''}
  local id = redis.call('XADD', KEYS[1], 'MINID', '~', whole(oldest), '*', unpack(fields))
  redis.call('PEXPIRE', KEYS[1], context.retention_ms)
  redis.call('HSET', head, 'link', link_of(id, fields), 'id', id)
  redis.call('HINCRBY', head, 'count', 1)
  if context.phone_id ~= '' then remember_in_history(id, oldest) end
  -- Figures as reasons (how many failures were cleared) would make a counter each.
  local kind = tonumber(reason) and '' or reason
  count(event .. '|' .. kind .. '|' .. context.country)
end
