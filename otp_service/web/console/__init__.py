"""`/admin`: the office looks at what happened, and opens what is locked. No script of its own."""
