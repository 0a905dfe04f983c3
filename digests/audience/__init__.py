"""Who wants what, and when."""
