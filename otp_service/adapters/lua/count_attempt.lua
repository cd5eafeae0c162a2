-- Count one attempt before anything is compared, so that parallel guesses share the tries.
-- The failure is counted here too: only a match gives it back, so a killed process cannot.
-- KEYS: audit, history, challenge, parked, pending, failures, lock, identity.
-- ARGV: context, request id or '', max tries, threshold, first lock ms, longest lock ms, stop_at.
-- Returns {'counted', attempt number, tries left, id, digest, ...} (a pair for each live passcode,
--   newest first; tries left before the passcode or the number is closed)
--   | {'stopped'|'locked', ms left}
--   | {'none_alive'|'other_request'|'tries_spent'|'identity_changed'}.
local challenge, parked, pending, failures, lock = KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local wanted, max_tries = ARGV[2], tonumber(ARGV[3])
local threshold, first_lock_ms, longest_lock_ms = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local stop_at = tonumber(ARGV[7])

local function refuse(reason, left)
  append_event('attempt_refused', 'refused', reason)
  return {reason, left or 0}
end

if redis.call('HEXISTS', KEYS[8], 'changed') == 1 then return refuse('identity_changed') end
local state, left = lockout(failures, lock, stop_at)
if state then
  return refuse(state, left)
end

local alive, named, open = 0, 0, {}
for _, key in ipairs({pending, parked, challenge}) do
  local found = redis.call('HMGET', key, 'id', 'tries', 'digest_start', 'digest_end')
  if found[1] then
    alive = alive + 1
    if wanted == '' or wanted == found[1] then
      named = named + 1
      context.request_id = named == 1 and found[1] or context.request_id
      if tonumber(found[2]) < max_tries then
        open[#open + 1] = {key = key, id = found[1], digest = found[3] .. found[4]}
      end
    end
  end
end
if alive == 0 then return refuse('none_alive') end
if named == 0 then return refuse('other_request') end
if #open == 0 then return refuse('tries_spent') end

context.request_id = open[1].id
local reply = {'counted', 0, 0}
for index, candidate in ipairs(open) do
  local tries = redis.call('HINCRBY', candidate.key, 'tries', 1)
  if index == 1 then
    reply[2], reply[3] = tries, max_tries - tries
  end
  reply[#reply + 1] = candidate.id
  reply[#reply + 1] = candidate.digest
end
append_event('attempt_counted', 'pending', '', reply[2])

local failed = redis.call('INCR', failures)
reply[3] = math.min(reply[3], -failed % threshold)
if failed % threshold == 0 then
  local lock_ms = math.min(first_lock_ms * 2 ^ (failed / threshold - 1), longest_lock_ms)
  redis.call('SET', lock, '1', 'PX', string.format('%.0f', lock_ms))
  append_event('number_locked', 'success', failed >= stop_at and 'stopped' or 'locked')
end
return reply
