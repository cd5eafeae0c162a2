"""Phone login over WhatsApp: one-time passcodes, signed sessions, an audit of every attempt."""

__version__ = "0.1.0"
