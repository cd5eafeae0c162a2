-- Only what the prelude does: make a number's state ours. KEYS: audit, history. ARGV: context.
-- Returns {1 when there was anything under another id, else 0}.
return {adopted}
