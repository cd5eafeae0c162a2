-- Keep one more signed anchor of the shard's chain, unless somebody else was first.
-- KEYS: audit, anchors.
-- ARGV: context, seal of the anchor that it follows or '', ms before which anchors are forgotten,
--   how long the key lives in ms, id (the anchor's last event), then the anchor's fields.
-- Returns {'kept'} | {'overtaken'}.
local anchors = KEYS[2]
local newest = redis.call('XREVRANGE', anchors, '+', '-', 'COUNT', 1)[1]
local seal = ''
if newest then
  for index = 1, #newest[2], 2 do
    if newest[2][index] == 'seal' then seal = newest[2][index + 1] end
  end
end
if seal ~= ARGV[2] then
  return {'overtaken'}
end
redis.call('XADD', anchors, ARGV[5], unpack(ARGV, 6))
-- The newest one that is older than all events stays: it says what came before them.
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local forget_before = tonumber(ARGV[3])
if oldest then
  forget_before = math.min(forget_before, tonumber(string.match(oldest[1], '^%d+')))
end
local last = redis.call('XREVRANGE', anchors, '(' .. whole(forget_before) .. '-0', '-', 'COUNT', 1)[1]
if last then redis.call('XTRIM', anchors, 'MINID', last[1]) end
redis.call('PEXPIRE', anchors, ARGV[4])
return {'kept'}
