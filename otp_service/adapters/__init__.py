"""The domain's ports on real technology: one file a port, named <technology>_<port>.py."""
