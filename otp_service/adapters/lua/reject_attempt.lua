-- Record that a counted attempt matched nothing. The counting was done before.
-- KEYS: audit, history, failures, lock. ARGV: context, attempt number, stop_at.
-- Returns {'open'} | {'stopped'|'locked', ms left}: what the number's next attempt will meet.
append_event('attempt_rejected', 'failure', 'wrong', ARGV[2])
local state, left = lockout(KEYS[3], KEYS[4], ARGV[3])
return {state or 'open', left}
