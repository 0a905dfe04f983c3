"""A story cannot wait: breaking items, approved by people."""
