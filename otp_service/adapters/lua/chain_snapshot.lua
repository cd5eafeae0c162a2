-- How one shard's chain stands at one moment. Runs without the prelude and changes nothing.
-- KEYS: audit, head, anchors.
-- Returns {TIME, the head's fields, newest entry's id or '', newest anchor's entry or {}}.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local anchor = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
return {
  redis.call('TIME'), redis.call('HGETALL', KEYS[2]), newest and newest[1] or '', anchor or {}}
