-- Take in one of Meta's reports about one message. Older and repeated ones change nothing.
-- KEYS: audit, history, deliveries, identity, sessions, challenge, parked, pending.
-- ARGV: context, challenge id, state, Unix ms at which Meta says it came about, why it failed or '',
--   the identity that Meta says it came to or ''.
-- Returns {'unknown'} | {'unchanged'|'changed', state, 1 when the number is refused for its identity}.
local deliveries = KEYS[3]
local id, state, reported_at, failure = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]

local before = read_delivery(deliveries, id)
if not before then
  return {'unknown'}
end
if DELIVERY_RANK[state] <= DELIVERY_RANK[before.state] then
  return {'unchanged', before.state, redis.call('HEXISTS', KEYS[4], 'changed')}
end
local reached_before = DELIVERY_RANK[before.state] >= DELIVERY_RANK.delivered
if state == 'failed' then
  append_event('delivery_failed', 'failure', failure)
elseif state == 'sent' or reached_before then
  append_event('delivery_' .. state, 'success')
else
  -- The summary counts arrivals, whichever report told of one first.
  append_event('delivery_' .. state, 'success', before.state == 'failed' and 'after_failure' or 'arrived')
  -- Meta's clock says when, in whole seconds; ours bounds it.
  local arrived_at = math.min(math.max(reported_at, before.since), now_ms())
  count_duration('to_delivery', arrived_at - before.since)
end
write_delivery(deliveries, id, state, before.since, failure)
local passcodes = {KEYS[6], KEYS[7], KEYS[8]}
if met_another_identity(failure) then
  identity_changed(KEYS[4], before.since, KEYS[5], passcodes)
elseif ARGV[6] ~= '' then
  told_identity(KEYS[4], id, before.since, ARGV[6], KEYS[5], passcodes)
end
redis.call('PUBLISH', 'otp:delivery', id)
return {'changed', state, redis.call('HEXISTS', KEYS[4], 'changed')}
