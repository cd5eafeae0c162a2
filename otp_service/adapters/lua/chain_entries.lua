-- Entries of a stream. Runs without the prelude. A script, because clients make a mapping of an
-- entry's fields, which hides a field that somebody put in twice.
-- KEYS: stream. ARGV: from, to, how many.
return redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
