"""The HTTP contract: blueprints as factories that receive what they need."""
