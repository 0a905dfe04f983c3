"""Promises, one sentence each."""
