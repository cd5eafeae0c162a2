"""What a business can send, one file a kind: each checks Meta's limits before anything leaves."""
