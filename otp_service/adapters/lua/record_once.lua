-- Write an event into the operator's journal unless its occasion is on record already. In one step:
-- marked and then not written, it would never be told.
-- KEYS: mark, journal. ARGV: seconds for the mark, seconds for the journal, most events, field, value, ...
-- Returns 1 when it was written.
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then
  return 0
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
