-- Prelude of every script. A number to which message after message goes without a login waits longer
-- and longer for the next one. What is counted stands among its deliveries: a key of its own would
-- cost each number ten times the memory.
-- The row is forgotten so long after its last message, and no wait is longer: UNVERIFIED_KEPT_MS in
-- domain/challenge.py.
local ROW_KEPT_MS = DAY_MS

-- When the number's last message went to Meta, and how many there were in a row without a login.
local function unverified_row(deliveries, now)
  local kept = redis.call('HMGET', deliveries, 'handed_over', 'unverified')
  local last = tonumber(kept[1] or 0)
  return last, now - last < ROW_KEPT_MS and tonumber(kept[2] or 0) or 0
end

-- The number's last message went to Meta just now; `was_used`: its passcode is over already.
-- The hash may be a new one: the person's state may have been erased since the send began.
local function note_handed_over(deliveries, was_used)
  local now = now_ms()
  local _, count = unverified_row(deliveries, now)
  if not was_used then count = count + 1 end
  redis.call('HSET', deliveries, 'handed_over', whole(now), 'unverified', whole(count))
  redis.call('PEXPIRE', deliveries, DELIVERIES_KEPT_MS)
end

local function end_unverified_row(deliveries)
  redis.call('HDEL', deliveries, 'unverified')
end

-- Milliseconds until the number may be sent its next message. `waits`: seconds with commas between,
-- the n-th is for the n-th message in a row, and the last one for all that follow.
local function send_wait(last, count, waits, now)
  if count == 0 then return 0 end
  local wait_ms, place = 0, 0
  for seconds in string.gmatch(waits, '%d+') do
    wait_ms, place = tonumber(seconds) * 1000, place + 1
    if place == count then break end
  end
  -- Should Redis' clock have been set back, nobody waits longer for that.
  return math.max(0, math.min(wait_ms, last + wait_ms - now))
end
