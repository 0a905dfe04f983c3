"""Everything unsolicited that must reach someone."""
