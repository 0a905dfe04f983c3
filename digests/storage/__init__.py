"""Engines, sessions, transactions: the same code path on SQLite and PostgreSQL."""
