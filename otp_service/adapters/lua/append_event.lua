-- Record something that changed no other state.
-- KEYS: audit, history. ARGV: context, event, outcome, reason.
append_event(ARGV[2], ARGV[3], ARGV[4])
return {'ok'}
